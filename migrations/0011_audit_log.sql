-- Every audit row becomes a leaf of its tenant's Merkle tree (docs/decisions/021-audit-log.md). Whoever writes an audit row writes
-- nothing of this himself: a trigger notes the row, the worker's sequencer takes it from there.
LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE;

-- Rows that are not in the log yet.
CREATE TABLE audit_pending (
  tenant_id   int NOT NULL,
  audit_id    bigint NOT NULL,
  PRIMARY KEY (tenant_id, audit_id)
);
-- Size of the log; its row is the lock of the one sequencer.
CREATE TABLE audit_log (
  tenant_id   int NOT NULL PRIMARY KEY REFERENCES tenant,
  size        bigint NOT NULL DEFAULT 0 CHECK (size >= 0)
);
-- The order of the log. No foreign key to audit: a check would lock, and so rewrite, every audit row once more.
CREATE TABLE audit_leaf (
  tenant_id   int NOT NULL,
  index       bigint NOT NULL CHECK (index >= 0),
  audit_id    bigint NOT NULL,
  hash        bytea NOT NULL CHECK (length(hash) = 32),
  body_digest bytea NOT NULL CHECK (length(body_digest) = 32),
  salt        bytea CHECK (length(salt) = 32),  -- none where before and after were destroyed
  PRIMARY KEY (tenant_id, index),
  UNIQUE (tenant_id, audit_id)
);
-- Interior hashes, 256 to a tile; a tile only grows at its end.
CREATE TABLE audit_tile (
  tenant_id   int NOT NULL,
  level       smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index       bigint NOT NULL CHECK (index >= 0),
  hashes      bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (tenant_id, level, index)
);
-- Signed heads.
CREATE TABLE audit_head (
  tenant_id   int NOT NULL,
  size        bigint NOT NULL CHECK (size > 0),
  root        bytea NOT NULL CHECK (length(root) = 32),
  at          timestamptz NOT NULL,
  note        text NOT NULL,                  -- as it was signed and sent
  PRIMARY KEY (tenant_id, size)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_pending','audit_log','audit_leaf','audit_tile','audit_head'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %I TO fonds_owner USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY worker ON %I TO fonds_worker USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()))', t);
    EXECUTE format('GRANT SELECT ON %I TO fonds_backup', t);
  END LOOP;
  -- The log is the auditor's to read; what waits and how far it is, nobody needs.
  FOREACH t IN ARRAY ARRAY['audit_leaf','audit_tile','audit_head'] LOOP
    EXECUTE format($p$CREATE POLICY auditor ON %I FOR SELECT TO fonds_app
      USING (tenant_id = (SELECT sec.tenant()) AND 'audit' = ANY ((SELECT sec.duties())::text[]))$p$, t);
    EXECUTE format('GRANT SELECT ON %I TO fonds_app', t);
  END LOOP;
END $$;

-- The sequencer reads what it hashes; it changes no audit row.
CREATE POLICY worker ON audit FOR SELECT TO fonds_worker USING (tenant_id = (SELECT sec.tenant()));
GRANT SELECT ON audit TO fonds_worker;
GRANT SELECT, DELETE ON audit_pending TO fonds_worker;
GRANT SELECT, INSERT, UPDATE (size) ON audit_log TO fonds_worker;
GRANT SELECT, INSERT ON audit_leaf TO fonds_worker;
GRANT SELECT, INSERT, UPDATE (hashes) ON audit_tile TO fonds_worker;
GRANT SELECT, INSERT ON audit_head TO fonds_worker;
-- A signed head is told to others by the outbox.
CREATE POLICY audit_head ON outbox FOR INSERT TO fonds_worker
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND topic = 'audit.head');
GRANT INSERT ON outbox TO fonds_worker;

-- In the transaction that writes the row, whoever writes it: as the owner, because rows are written with and without a context.
CREATE FUNCTION sec.pend_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.audit_pending (tenant_id, audit_id) VALUES (NEW.tenant_id, NEW.id);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION sec.pend_audit FROM PUBLIC;
CREATE TRIGGER pend AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION sec.pend_audit();
INSERT INTO audit_pending (tenant_id, audit_id) SELECT tenant_id, id FROM audit;

-- What stands in a tile stands for good: every head and every proof rests on it.
CREATE FUNCTION sec.grow_tile() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.tenant_id, NEW.level, NEW.index) IS DISTINCT FROM (OLD.tenant_id, OLD.level, OLD.index)
     OR substring(NEW.hashes FOR length(OLD.hashes)) IS DISTINCT FROM OLD.hashes THEN
    RAISE EXCEPTION 'tile % of level %: does not begin with what was there', OLD.index, OLD.level USING ERRCODE = 'FD001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER grow BEFORE UPDATE ON audit_tile FOR EACH ROW EXECUTE FUNCTION sec.grow_tile();

-- By object, by person, by action, and by time alone, each one range, newest first.
DROP INDEX audit_object, audit_account;
CREATE INDEX audit_object ON audit (tenant_id, object_kind, object_id, at, id);
CREATE INDEX audit_account ON audit (tenant_id, account_id, at, id);
CREATE INDEX audit_action ON audit (tenant_id, action, at, id);
CREATE INDEX audit_at ON audit (tenant_id, at, id);
-- Has this person's look at this been written down lately?
CREATE INDEX audit_read ON audit (tenant_id, account_id, object_id, at) WHERE action IN ('record.read', 'file.read');
