-- A file through its life: received piece by piece, examined, then kept for good or refused. Whoever uploads it goes
-- on with it; his organisation attaches it; others see it as an attachment of what they may read.
CREATE TABLE file (
  tenant_id   int NOT NULL REFERENCES tenant,
  id          uuid NOT NULL,
  org_id      uuid NOT NULL,                  -- for which organisation
  account_id  uuid NOT NULL,                  -- by whom
  post_id     uuid NOT NULL,                  -- in the name of which post
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),   -- as given
  length      bigint NOT NULL CHECK (length > 0),
  declared_type text,
  declared_sha256 bytea CHECK (length(declared_sha256) = 32),
  state       text COLLATE "C" NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving','examining','kept','refused','expired')),
  fence       bigint NOT NULL DEFAULT 0,      -- raised by every writer that comes: an older one is stopped
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,           -- an unfinished one goes then
  received_at timestamptz,                    -- the last byte was durable
  settled_at  timestamptz,                    -- kept, refused or expired
  tried_at    timestamptz,                    -- examined in vain; others go first
  waits       text CHECK (waits IN ('scanner')),  -- why it is still examined
  sha256      bytea, sm3 bytea,
  chunks      bytea,                          -- digest of the list of digests of its pieces: what a read is verified by
  media_type  text, puid text,                -- by content; PRONOM where known
  scan        text CHECK (scan IN ('clean','unscanned_size')),
  problems    jsonb NOT NULL DEFAULT '[]',    -- why it was refused; warnings of one that was kept
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id),
  CHECK ((state = 'kept') = (sha256 IS NOT NULL AND sm3 IS NOT NULL AND chunks IS NOT NULL AND media_type IS NOT NULL AND scan IS NOT NULL))
);
CREATE INDEX file_of_person ON file (tenant_id, account_id, id) INCLUDE (length) WHERE state IN ('receiving','examining','kept');
CREATE INDEX file_of_org ON file (tenant_id, org_id) INCLUDE (length) WHERE state IN ('receiving','examining','kept');
CREATE INDEX file_examining ON file (coalesce(tried_at, received_at)) WHERE state = 'examining';
CREATE INDEX file_expiring ON file (expires_at) WHERE state = 'receiving';

-- What is stored: one body for each digest and tenant, never shared between tenants.
CREATE TABLE body (
  tenant_id   int NOT NULL REFERENCES tenant,
  sha256      bytea NOT NULL CHECK (length(sha256) = 32),
  sm3         bytea NOT NULL CHECK (length(sm3) = 32),
  chunks      bytea NOT NULL CHECK (length(chunks) = 32),  -- digest of the list of digests of its pieces
  length      bigint NOT NULL,
  kept_at     timestamptz NOT NULL,
  checked_at  timestamptz NOT NULL,           -- last time that every copy was read whole
  damaged     boolean NOT NULL DEFAULT false, -- no good copy was found
  PRIMARY KEY (tenant_id, sha256)
);
CREATE INDEX body_checked ON body (checked_at);
-- What was found wrong with a copy, and whether it was healed.
CREATE TABLE body_incident (
  tenant_id   int NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  sha256      bytea NOT NULL,
  place       text NOT NULL,
  found       text NOT NULL,                  -- missing, short, altered …
  healed      boolean NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, sha256) REFERENCES body (tenant_id, sha256)
);

-- The files of a version, in their order; frozen with it. A holder sees those of the version that it has received.
CREATE TABLE attachment (
  tenant_id   int NOT NULL,
  record_id   uuid NOT NULL,
  version     int NOT NULL,
  n           smallint NOT NULL CHECK (n BETWEEN 1 AND 200),
  org_id      uuid NOT NULL,
  file_id     uuid NOT NULL,
  role        text COLLATE "C" NOT NULL CHECK (role IN ('original','final_text','enclosure','photo','audio','video')),
  name        text NOT NULL,
  length      bigint NOT NULL,
  media_type  text NOT NULL, puid text,
  sha256      bytea NOT NULL, chunks bytea NOT NULL,
  PRIMARY KEY (tenant_id, record_id, version, n),
  UNIQUE (tenant_id, record_id, version, file_id),
  FOREIGN KEY (tenant_id, record_id, version) REFERENCES record_version (tenant_id, record_id, version),
  FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id),
  FOREIGN KEY (tenant_id, sha256) REFERENCES body (tenant_id, sha256)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['file','body','body_incident','attachment'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %I TO fonds_owner USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY flow ON %I TO fonds_flow USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()))', t);
  END LOOP;
END $$;
GRANT SELECT ON file, body, body_incident, attachment TO fonds_backup;
GRANT SELECT, INSERT, UPDATE ON file, body TO fonds_flow;
GRANT SELECT, INSERT ON body_incident TO fonds_flow;
GRANT SELECT ON attachment TO fonds_flow;

-- One's own organisation's files; begun by functions, settled by the worker.
CREATE POLICY own ON file FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
GRANT SELECT ON file TO fonds_app;

CREATE POLICY own ON attachment FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON attachment FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND EXISTS (
    SELECT FROM receipt r WHERE r.tenant_id = attachment.tenant_id AND r.record_id = attachment.record_id
      AND r.version = attachment.version AND r.state <> 'withdrawn'
      AND array_position((SELECT sec.orgs()), r.org_id) IS NOT NULL));
-- Only of a version of one's own that was not sent, and only a kept file of the same organisation, as it was found.
CREATE POLICY draft ON attachment FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
    AND EXISTS (SELECT FROM record_version v WHERE v.tenant_id = attachment.tenant_id AND v.record_id = attachment.record_id
                 AND v.version = attachment.version AND v.org_id = attachment.org_id AND NOT v.submitted)
    AND EXISTS (SELECT FROM file f WHERE f.tenant_id = attachment.tenant_id AND f.id = attachment.file_id AND f.org_id = attachment.org_id
                 AND f.state = 'kept' AND f.sha256 = attachment.sha256 AND f.chunks = attachment.chunks AND f.length = attachment.length AND f.name = attachment.name
                 AND f.media_type = attachment.media_type AND f.puid IS NOT DISTINCT FROM attachment.puid));
CREATE POLICY draft_removed ON attachment FOR DELETE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
    AND EXISTS (SELECT FROM record_version v WHERE v.tenant_id = attachment.tenant_id AND v.record_id = attachment.record_id
                 AND v.version = attachment.version AND NOT v.submitted));
GRANT SELECT, INSERT, DELETE ON attachment TO fonds_app;
