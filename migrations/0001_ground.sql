-- The second wall's context. sec.enter sets it for one transaction; without it every policy below sees nothing.
CREATE SCHEMA sec;
GRANT USAGE ON SCHEMA sec TO fonds_app, fonds_worker, fonds_flow;
GRANT CREATE ON SCHEMA sec TO fonds_flow;
GRANT USAGE ON SCHEMA public TO fonds_app, fonds_worker, fonds_flow, fonds_backup;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE FUNCTION sec.tenant() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.tenant', true), '')::int $$;
CREATE FUNCTION sec.who() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.who', true), '')::uuid $$;
CREATE FUNCTION sec.post() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.post', true), '')::uuid $$;
-- Organisations at which the actor holds a post now, with those they succeeded.
CREATE FUNCTION sec.orgs() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.orgs', true), '')::uuid[], '{}') $$;
-- Paths of those organisations: what the actor governs begins with one of them.
CREATE FUNCTION sec.roots() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.roots', true), '')::text[], '{}') $$;
CREATE FUNCTION sec.duties() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.duties', true), '')::text[], '{}') $$;

-- One customer's whole tree, walled off from every other.
CREATE TABLE tenant (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text COLLATE "C" NOT NULL UNIQUE CHECK (key ~ '^[a-z0-9][a-z0-9-]{1,30}$'),
  name        text NOT NULL,
  levels      jsonb NOT NULL,                 -- [{"zh":"省","en":"province"}, …], the top first
  settings    jsonb NOT NULL DEFAULT '{}',    -- review_days, time_zone, …
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'suspended')),
  policy_version bigint NOT NULL DEFAULT 1,
  next_org    bigint NOT NULL DEFAULT 1       -- label of the next organisation in paths
);

-- A node: its identity and its place today.
CREATE TABLE org (
  tenant_id   int NOT NULL REFERENCES tenant,
  id          uuid NOT NULL,
  parent_id   uuid,
  label       bigint NOT NULL,
  path        text COLLATE "C" NOT NULL,      -- labels in hex from the root, each closed by '/'
  level       smallint NOT NULL CHECK (level BETWEEN 1 AND 12),
  kind        text NOT NULL CHECK (kind IN ('committee','work_committee','leading_group','general_branch','branch','joint_branch','temporary_branch','group')),
  code        text COLLATE "C" NOT NULL,
  name        text NOT NULL,
  short_name  text,
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active','closed')),
  established_on date,
  closed_on   date,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code),
  UNIQUE (tenant_id, label),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES org (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX org_path ON org (tenant_id, path);
CREATE INDEX org_child ON org (tenant_id, parent_id, code);

-- Every change, dated on two axes: when true in the world, when recorded.
CREATE TABLE org_version (
  tenant_id   int NOT NULL,
  id          uuid NOT NULL,
  org_id      uuid NOT NULL,
  parent_id   uuid,
  level       smallint NOT NULL,
  kind        text NOT NULL,
  code        text COLLATE "C" NOT NULL,
  name        text NOT NULL,
  short_name  text,
  formation   text,                           -- 组建方式
  unit_name   text, unit_code text, unit_category text,  -- 所在单位
  term_start  date, term_years smallint,      -- 任期
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active','closed')),
  valid_from  date NOT NULL,
  valid_to    date,                           -- exclusive
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz,                  -- a later record corrected this one
  recorded_by uuid,
  change      text NOT NULL CHECK (change IN ('establish','import','rename','move','close','describe')),
  document_no text, document_date date,       -- approving document (文号)
  reason      text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (valid_to IS NULL OR valid_to > valid_from)
);
CREATE INDEX org_version_of ON org_version (tenant_id, org_id, valid_from);
CREATE INDEX org_version_child ON org_version (tenant_id, parent_id, code) WHERE superseded_at IS NULL;

-- Who continues whom: the successor sees the records of its predecessors.
CREATE TABLE org_succession (
  tenant_id   int NOT NULL,
  predecessor uuid NOT NULL,
  successor   uuid NOT NULL,
  since       date NOT NULL,
  PRIMARY KEY (tenant_id, predecessor, successor),
  FOREIGN KEY (tenant_id, predecessor) REFERENCES org (tenant_id, id),
  FOREIGN KEY (tenant_id, successor) REFERENCES org (tenant_id, id)
);
CREATE INDEX org_succession_by ON org_succession (tenant_id, successor);

-- Address and telephone of an organisation: not for everybody in the tenant.
CREATE TABLE org_contact (
  tenant_id   int NOT NULL,
  org_id      uuid NOT NULL,
  address     text,
  contact     text,
  telephone   text,
  PRIMARY KEY (tenant_id, org_id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id)
);

-- Is the organisation one of the actor's, or below one of them?
CREATE FUNCTION sec.governs(p_org uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (
          SELECT FROM org o, unnest(sec.roots()) AS root
          WHERE o.tenant_id = sec.tenant() AND o.id = p_org AND starts_with(o.path, root)) $$;

-- What has been applied: the digest of every migration and function, asked by readiness.
CREATE TABLE sec.schema_state (fingerprint text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON sec.schema_state TO fonds_app, fonds_worker;
