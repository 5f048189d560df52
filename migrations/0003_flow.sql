-- Catalogue of record types: one row per version of the form.
CREATE TABLE record_type (
  tenant_id   int NOT NULL REFERENCES tenant,
  code        text COLLATE "C" NOT NULL,
  version     int NOT NULL,
  body        jsonb NOT NULL,                 -- the file of schema/record-types, whole
  PRIMARY KEY (tenant_id, code, version)
);
-- The way up that a type takes in this tenant: levels or kinds above the branch.
CREATE TABLE route (
  tenant_id   int NOT NULL REFERENCES tenant,
  type        text COLLATE "C" NOT NULL,
  levels      smallint[] NOT NULL DEFAULT '{}',
  kinds       text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, type)
);

-- Head of a record, without content.
CREATE TABLE record (
  tenant_id   int NOT NULL,
  id          uuid NOT NULL,
  org_id      uuid NOT NULL,
  type        text COLLATE "C" NOT NULL,
  type_version int NOT NULL,
  state       text COLLATE "C" NOT NULL DEFAULT 'draft'
              CHECK (state IN ('draft','in_review','returned','withdrawn','final','discarded')),
  rev         int NOT NULL DEFAULT 1,         -- raised by every change of the draft
  version     int NOT NULL DEFAULT 1,         -- the newest version
  round       int NOT NULL DEFAULT 0,         -- the newest submission
  seq         int NOT NULL DEFAULT 0,         -- of the timeline
  created_by  uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id),
  FOREIGN KEY (tenant_id, type, type_version) REFERENCES record_type (tenant_id, code, version)
);
CREATE INDEX record_own ON record (tenant_id, org_id, state, id);

-- Contents; frozen once submitted.
CREATE TABLE record_version (
  tenant_id   int NOT NULL,
  record_id   uuid NOT NULL,
  version     int NOT NULL,
  org_id      uuid NOT NULL,
  title       text NOT NULL,
  occurred_on date NOT NULL,
  tags        text[] NOT NULL DEFAULT '{}',   -- further types that the same meeting counts for
  confidentiality smallint NOT NULL DEFAULT 0 CHECK (confidentiality IN (0, 1)),  -- 0 public, 1 internal
  content     jsonb NOT NULL,
  author      uuid NOT NULL,
  saved_at    timestamptz NOT NULL,
  submitted   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, record_id, version),
  FOREIGN KEY (tenant_id, record_id) REFERENCES record (tenant_id, id)
);

-- What was sent: frozen at submit, but for its one state and its position on the route.
CREATE TABLE submission (
  tenant_id   int NOT NULL,
  record_id   uuid NOT NULL,
  round       int NOT NULL,
  version     int NOT NULL,
  hash        bytea NOT NULL,                 -- SHA-256 of the canonical content (RFC 8785)
  org_id      uuid NOT NULL,
  parent_id   uuid,                           -- chain[2], chain[3]: figures at distance 0 and 1 are counted live
  grandparent_id uuid,
  chain       uuid[] NOT NULL,                -- organisation … root at that moment
  route       uuid[] NOT NULL,
  skipped     jsonb NOT NULL DEFAULT '[]',
  position    smallint NOT NULL,              -- 1-based on the route; 0 with an empty one
  state       text COLLATE "C" NOT NULL CHECK (state IN ('in_review','returned','withdrawn','final')),
  type        text COLLATE "C" NOT NULL,
  tags        text[] NOT NULL,
  month       int NOT NULL,                   -- yyyymm of the activity
  m1 bigint NOT NULL, m2 bigint NOT NULL, m3 bigint NOT NULL, m4 bigint NOT NULL,
  m5 bigint NOT NULL, m6 bigint NOT NULL, m7 bigint NOT NULL, m8 bigint NOT NULL,
  m9 bigint NOT NULL, m10 bigint NOT NULL, m11 bigint NOT NULL, m12 bigint NOT NULL,
  submitted_by uuid NOT NULL,
  submitted_post uuid NOT NULL,
  submitted_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, record_id, round),
  FOREIGN KEY (tenant_id, record_id, version) REFERENCES record_version (tenant_id, record_id, version)
);
CREATE INDEX submission_own ON submission (tenant_id, org_id, month);
CREATE INDEX submission_parent ON submission (tenant_id, parent_id, month);
CREATE INDEX submission_grandparent ON submission (tenant_id, grandparent_id, month);

-- Gapless numbers of the receiving organisation; locked last in every transaction.
CREATE TABLE counter (
  tenant_id   int NOT NULL,
  org_id      uuid NOT NULL,
  n           bigint NOT NULL,
  PRIMARY KEY (tenant_id, org_id)
);

-- Proof that an organisation has received a submission.
CREATE TABLE receipt (
  tenant_id   int NOT NULL,
  org_id      uuid NOT NULL,
  no          bigint NOT NULL,
  record_id   uuid NOT NULL,
  round       int NOT NULL,
  version     int NOT NULL,
  hash        bytea NOT NULL,
  origin_id   uuid NOT NULL,                  -- the organisation that wrote the record
  via_id      uuid,                           -- the child of org_id through which it came
  type        text COLLATE "C" NOT NULL,
  month       int NOT NULL,
  confidentiality smallint NOT NULL,
  title       text,                           -- taken away when the receipt is withdrawn
  received_at timestamptz NOT NULL,
  state       text COLLATE "C" NOT NULL CHECK (state IN ('pending','approved','returned','withdrawn','recalled')),
  decided_by  uuid, decided_post uuid, decided_at timestamptz,
  decision    jsonb,                          -- reasons, comments by field, note
  PRIMARY KEY (tenant_id, org_id, no),
  FOREIGN KEY (tenant_id, record_id, round) REFERENCES submission (tenant_id, record_id, round),
  CHECK ((state IN ('approved','returned','recalled')) = (decided_at IS NOT NULL))
);
CREATE UNIQUE INDEX receipt_once ON receipt (tenant_id, record_id, round, org_id) WHERE state NOT IN ('withdrawn','recalled');
CREATE INDEX receipt_pending ON receipt (tenant_id, org_id, no) WHERE state = 'pending';
CREATE INDEX receipt_drill ON receipt (tenant_id, org_id, type, month, no);

-- Timeline of a record, append-only. Rows of the flow carry the round, those of drafting do not.
CREATE TABLE event (
  tenant_id   int NOT NULL,
  record_id   uuid NOT NULL,
  seq         int NOT NULL,
  org_id      uuid NOT NULL,                  -- of the record
  round       int,
  version     int NOT NULL,
  step        text NOT NULL CHECK (step IN ('created','discarded','submitted','received','approved','returned','recalled','final')),
  at          timestamptz NOT NULL,
  who         uuid NOT NULL,
  post_id     uuid,
  at_org      uuid NOT NULL,                  -- where the step was taken
  detail      jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, record_id, seq),
  FOREIGN KEY (tenant_id, record_id) REFERENCES record (tenant_id, id)
);

-- Figures folded at distance ≥ 2; month = yyyymm, or yyyy00 for the year.
CREATE TABLE rollup (
  tenant_id   int NOT NULL,
  org_id      uuid NOT NULL,
  up_id       uuid NOT NULL,                  -- the parent in the chain; all zeros above the root
  type        text COLLATE "C" NOT NULL,      -- '*': all types, each record once
  month       int NOT NULL,
  state       text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  m1 bigint NOT NULL, m2 bigint NOT NULL, m3 bigint NOT NULL, m4 bigint NOT NULL,
  m5 bigint NOT NULL, m6 bigint NOT NULL, m7 bigint NOT NULL, m8 bigint NOT NULL,
  m9 bigint NOT NULL, m10 bigint NOT NULL, m11 bigint NOT NULL, m12 bigint NOT NULL,
  PRIMARY KEY (tenant_id, org_id, type, month, state, up_id)
);
CREATE INDEX rollup_up ON rollup (tenant_id, up_id, type, month);

-- Steps not yet folded.
CREATE TABLE rollup_delta (
  tenant_id   int NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  chain       uuid[] NOT NULL,
  type        text COLLATE "C" NOT NULL,
  tags        text[] NOT NULL,
  month       int NOT NULL,
  state       text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  m1 bigint NOT NULL, m2 bigint NOT NULL, m3 bigint NOT NULL, m4 bigint NOT NULL,
  m5 bigint NOT NULL, m6 bigint NOT NULL, m7 bigint NOT NULL, m8 bigint NOT NULL,
  m9 bigint NOT NULL, m10 bigint NOT NULL, m11 bigint NOT NULL, m12 bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- First insert of every mutation's transaction.
CREATE TABLE idempotency (
  tenant_id   int NOT NULL,
  account_id  uuid NOT NULL,
  key         text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 8 AND 128),
  operation   text NOT NULL,
  digest      bytea NOT NULL,
  answer      jsonb,
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account_id, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE outbox (
  tenant_id   int NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  topic       text NOT NULL,
  subject     jsonb NOT NULL,                 -- ids only
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- Who did what, in the transaction that did it.
CREATE TABLE audit (
  tenant_id   int NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  at          timestamptz NOT NULL,
  account_id  uuid,
  post_id     uuid,
  org_id      uuid,                           -- of the post at that time
  action      text NOT NULL,
  object_kind text NOT NULL,
  object_id   text NOT NULL,
  before      jsonb,
  after       jsonb,
  reason      text,
  origin      text,                           -- address that the request came from
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_object ON audit (tenant_id, object_kind, object_id, id);
CREATE INDEX audit_account ON audit (tenant_id, account_id, id);
