-- What the log holds is what the database sees, not what the worker's role says: a row waits until its leaf is there and no shorter, the
-- size is that of the leaves, and a head is of that size. Whoever has that role's password can lie in a leaf, which every check finds;
-- he cannot take a row out of what is to be logged, nor sign away the future of a log.
DROP POLICY worker ON audit_pending;
DROP POLICY worker ON audit_log;
DROP POLICY worker ON audit_leaf;
DROP POLICY worker ON audit_head;

REVOKE DELETE ON audit_pending FROM fonds_worker;
CREATE POLICY worker ON audit_pending FOR SELECT TO fonds_worker USING (tenant_id = (SELECT sec.tenant()));
-- Of a row that is gone, nothing can be logged: it stops waiting with the incident.
CREATE POLICY flow ON audit_pending TO fonds_flow USING (tenant_id = (SELECT sec.tenant()));
GRANT SELECT, DELETE ON audit_pending TO fonds_flow;

CREATE POLICY worker_reads ON audit_log FOR SELECT TO fonds_worker USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY worker_begins ON audit_log FOR INSERT TO fonds_worker WITH CHECK (tenant_id = (SELECT sec.tenant()) AND size = 0);
CREATE POLICY worker_grows ON audit_log FOR UPDATE TO fonds_worker USING (tenant_id = (SELECT sec.tenant()))
  WITH CHECK (tenant_id = (SELECT sec.tenant())
              AND size = (SELECT l.index + 1 FROM audit_leaf l WHERE l.tenant_id = audit_log.tenant_id ORDER BY l.index DESC LIMIT 1));

CREATE POLICY worker_reads ON audit_leaf FOR SELECT TO fonds_worker USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY worker_appends ON audit_leaf FOR INSERT TO fonds_worker
  WITH CHECK (tenant_id = (SELECT sec.tenant())
              AND index >= (SELECT l.size FROM audit_log l WHERE l.tenant_id = (SELECT sec.tenant()))
              AND EXISTS (SELECT FROM audit_pending p WHERE p.tenant_id = audit_leaf.tenant_id AND p.audit_id = audit_leaf.audit_id));
CREATE FUNCTION sec.unpend_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM public.audit_pending p USING fresh f WHERE p.tenant_id = f.tenant_id AND p.audit_id = f.audit_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION sec.unpend_audit FROM PUBLIC;
CREATE TRIGGER unpend AFTER INSERT ON audit_leaf REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sec.unpend_audit();

CREATE POLICY worker_reads ON audit_head FOR SELECT TO fonds_worker USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY worker_signs ON audit_head FOR INSERT TO fonds_worker
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND size = (SELECT l.size FROM audit_log l WHERE l.tenant_id = audit_head.tenant_id));

-- Letters with a head to addresses of the installation's (audit.mail_to), one a day to each; the address is kept as its digest.
CREATE TABLE audit_letter (
  tenant_id   int NOT NULL REFERENCES tenant,
  day         date NOT NULL,
  address     bytea NOT NULL CHECK (length(address) = 32),
  until       timestamptz NOT NULL,           -- somebody is at it until then
  sent_at     timestamptz,
  PRIMARY KEY (tenant_id, day, address)
);
ALTER TABLE audit_letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_letter FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON audit_letter TO fonds_owner USING (true) WITH CHECK (true);
CREATE POLICY worker ON audit_letter TO fonds_worker USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()));
GRANT SELECT, INSERT, UPDATE (until, sent_at) ON audit_letter TO fonds_worker;
GRANT SELECT ON audit_letter TO fonds_backup;

-- Whoever reads a record is told that a file of it was too large to be scanned.
ALTER TABLE attachment ADD unscanned boolean NOT NULL DEFAULT false;
UPDATE attachment a SET unscanned = true FROM file f WHERE f.tenant_id = a.tenant_id AND f.id = a.file_id AND f.scan = 'unscanned_size';
