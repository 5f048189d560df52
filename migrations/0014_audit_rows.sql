-- Every row of the audit can be a leaf of the log, whoever writes it: a number and a time that a leaf holds. The application names
-- neither the number of a row nor an act of the log's own; it writes what a person did, under his name.
ALTER TABLE audit ADD CONSTRAINT audit_loggable CHECK (id BETWEEN 1 AND 9007199254740991 AND isfinite(at));
REVOKE INSERT ON audit FROM fonds_app, fonds_flow;
GRANT INSERT (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin)
  ON audit TO fonds_app, fonds_flow;
DROP POLICY append ON audit;
CREATE POLICY append ON audit FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who())
              AND (action NOT LIKE 'audit.%' OR action = 'audit.export' AND 'audit' = ANY ((SELECT sec.duties())::text[])));
