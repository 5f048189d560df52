-- Row security on every table with tenant data: forced, so that the owner is bound as well.
-- fonds_owner has a policy of its own (migrations, import, sec.enter); fonds_flow is bound to the tenant.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['org','org_version','org_succession','org_contact','account','credential','account_contact',
      'invitation','session','role','post','policy_line','record_type','route','record','record_version','submission','counter',
      'receipt','event','rollup','rollup_delta','idempotency','outbox','audit'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %I TO fonds_owner USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY flow ON %I TO fonds_flow USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()))', t);
  END LOOP;
  ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
  ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
  CREATE POLICY owner ON tenant TO fonds_owner USING (true) WITH CHECK (true);
  CREATE POLICY flow ON tenant TO fonds_flow USING (id = (SELECT sec.tenant())) WITH CHECK (id = (SELECT sec.tenant()));
  CREATE POLICY member ON tenant FOR SELECT TO fonds_app USING (id = (SELECT sec.tenant()));
  CREATE POLICY settings ON tenant FOR UPDATE TO fonds_app
    USING (id = (SELECT sec.tenant()) AND 'system' = ANY ((SELECT sec.duties())::text[]));
END $$;
GRANT SELECT ON tenant TO fonds_app, fonds_flow;
GRANT UPDATE (settings) ON tenant TO fonds_app;
GRANT UPDATE (next_org, policy_version) ON tenant TO fonds_flow;
GRANT SELECT, INSERT, UPDATE ON org, org_version, org_succession, record, record_version, submission, counter, receipt,
  rollup, post TO fonds_flow;
GRANT SELECT, INSERT ON event, audit, outbox TO fonds_flow;
GRANT SELECT ON account, role, route, record_type TO fonds_flow;
GRANT SELECT, INSERT, DELETE ON rollup_delta TO fonds_flow;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO fonds_backup;

-- Everybody of the tenant may read what the tree is, who is called what, and the catalogue.
CREATE POLICY member ON org FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON org_version FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON org_succession FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON account FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON role FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON record_type FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON route FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
CREATE POLICY member ON policy_line FOR SELECT TO fonds_app USING (tenant_id = (SELECT sec.tenant()));
GRANT SELECT ON org, org_version, org_succession, account, role, record_type, route, policy_line TO fonds_app;

CREATE POLICY governed ON org_contact TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id) AND (SELECT sec.duties()) && '{system,organisation}');
GRANT SELECT, INSERT, UPDATE ON org_contact TO fonds_app;

-- People: invited and suspended by administrators at or above the organisation; nobody changes himself.
CREATE POLICY invite ON account FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND state = 'invited' AND sec.governs(home_org)
              AND (SELECT sec.duties()) && '{system,organisation}');
CREATE POLICY suspend ON account FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND id <> (SELECT sec.who()) AND sec.governs(home_org)
         AND (SELECT sec.duties()) && '{system,organisation,security}');
CREATE POLICY language ON account FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND id = (SELECT sec.who()))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND id = (SELECT sec.who()) AND state = 'open');
GRANT INSERT (tenant_id, id, name, home_org, locale, state, created_at), UPDATE (state, locale) ON account TO fonds_app;
CREATE POLICY invite ON invitation FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND invited_by = (SELECT sec.who()) AND (SELECT sec.duties()) && '{system,organisation}'
              AND EXISTS (SELECT FROM account a WHERE a.tenant_id = invitation.tenant_id AND a.id = invitation.account_id
                           AND a.state = 'invited' AND sec.governs(a.home_org)));
GRANT INSERT ON invitation TO fonds_app;
CREATE POLICY invite ON credential FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND password IS NULL AND (SELECT sec.duties()) && '{system,organisation}'
              AND EXISTS (SELECT FROM account a WHERE a.tenant_id = credential.tenant_id AND a.id = credential.account_id
                           AND a.state = 'invited' AND sec.governs(a.home_org)));
GRANT INSERT (tenant_id, account_id, login, changed_at) ON credential TO fonds_app;

CREATE POLICY seen ON session FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant())
         AND (account_id = (SELECT sec.who()) OR 'security' = ANY ((SELECT sec.duties())::text[])));
CREATE POLICY begun ON session FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
-- What has ended stays ended.
CREATE POLICY ended ON session FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant())
         AND (account_id = (SELECT sec.who()) OR 'security' = ANY ((SELECT sec.duties())::text[])))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND ended_at IS NOT NULL);
GRANT SELECT (tenant_id, id, account_id, kind, label, introspect, created_at, expires_at, ended_at),
  INSERT (tenant_id, id, account_id, token_hash, kind, label, introspect, created_at, expires_at), UPDATE (ended_at) ON session TO fonds_app;

-- Posts: seen by oneself and from above; granted and ended from above, never to oneself.
CREATE POLICY seen ON post FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND (account_id = (SELECT sec.who()) OR sec.governs(org_id)));
CREATE POLICY granted ON post FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id <> (SELECT sec.who()) AND granted_by = (SELECT sec.who())
              AND sec.governs(org_id) AND (SELECT sec.duties()) && '{security,organisation}');
CREATE POLICY ended ON post FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id)
         AND (account_id = (SELECT sec.who()) OR (SELECT sec.duties()) && '{security,organisation}'));
GRANT SELECT, INSERT, UPDATE (valid_to, ended_by) ON post TO fonds_app;

CREATE POLICY security ON policy_line FOR ALL TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND 'security' = ANY ((SELECT sec.duties())::text[]))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND 'security' = ANY ((SELECT sec.duties())::text[]));
GRANT INSERT, DELETE ON policy_line TO fonds_app;
CREATE POLICY security ON role FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND base <> name AND duty IS NULL AND 'security' = ANY ((SELECT sec.duties())::text[]));
GRANT INSERT ON role TO fonds_app;
CREATE POLICY system ON route FOR ALL TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND 'system' = ANY ((SELECT sec.duties())::text[]))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND 'system' = ANY ((SELECT sec.duties())::text[]));
GRANT INSERT, UPDATE ON route TO fonds_app;

-- Records: one's own organisation writes drafts; a holder sees the version of its receipt. array_position as a plain
-- filter keeps the ordered index range of the query (docs/decisions/003-row-security-shapes.md).
CREATE POLICY own ON record FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON record FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND EXISTS (
    SELECT FROM receipt r WHERE r.tenant_id = record.tenant_id AND r.record_id = record.id AND r.state <> 'withdrawn'
      AND array_position((SELECT sec.orgs()), r.org_id) IS NOT NULL));
CREATE POLICY draft ON record FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
              AND state = 'draft' AND round = 0 AND created_by = (SELECT sec.who()));
CREATE POLICY edit ON record FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
         AND state IN ('draft','returned','withdrawn'));
GRANT SELECT, INSERT (tenant_id, id, org_id, type, type_version, seq, created_by, created_at, updated_at),
  UPDATE (rev, version, updated_at) ON record TO fonds_app;

CREATE POLICY own ON record_version FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON record_version FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND submitted AND EXISTS (
    SELECT FROM receipt r WHERE r.tenant_id = record_version.tenant_id AND r.record_id = record_version.record_id
      AND r.version = record_version.version AND r.state <> 'withdrawn'
      AND array_position((SELECT sec.orgs()), r.org_id) IS NOT NULL));
CREATE POLICY draft ON record_version FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL AND NOT submitted);
CREATE POLICY edit ON record_version FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL AND NOT submitted)
  WITH CHECK (NOT submitted);
GRANT SELECT, INSERT (tenant_id, record_id, version, org_id, title, occurred_on, tags, confidentiality, content, author, saved_at),
  UPDATE (title, occurred_on, tags, confidentiality, content, author, saved_at) ON record_version TO fonds_app;

-- The upward step is written by sec.submit, sec.decide and sec.recall alone.
CREATE POLICY own ON submission FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON submission FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND EXISTS (
    SELECT FROM receipt r WHERE r.tenant_id = submission.tenant_id AND r.record_id = submission.record_id
      AND r.round = submission.round AND r.state <> 'withdrawn'
      AND array_position((SELECT sec.orgs()), r.org_id) IS NOT NULL));
CREATE POLICY held ON receipt FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
-- A branch follows its own record upward: which committee holds it, since when, what was decided.
CREATE POLICY origin ON receipt FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), origin_id) IS NOT NULL);
GRANT SELECT ON submission, receipt TO fonds_app;

CREATE POLICY own ON event FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON event FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND round IS NOT NULL AND EXISTS (
    SELECT FROM receipt r WHERE r.tenant_id = event.tenant_id AND r.record_id = event.record_id
      AND r.round = event.round AND r.state <> 'withdrawn'
      AND array_position((SELECT sec.orgs()), r.org_id) IS NOT NULL));
CREATE POLICY draft ON event FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
              AND round IS NULL AND step = 'created' AND who = (SELECT sec.who()));
GRANT SELECT, INSERT ON event TO fonds_app;

CREATE POLICY own ON idempotency TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
GRANT SELECT, INSERT, UPDATE (answer) ON idempotency TO fonds_app;
CREATE POLICY append ON outbox FOR INSERT TO fonds_app WITH CHECK (tenant_id = (SELECT sec.tenant()));
GRANT INSERT ON outbox TO fonds_app;
CREATE POLICY append ON audit FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
CREATE POLICY auditor ON audit FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND 'audit' = ANY ((SELECT sec.duties())::text[]));
GRANT SELECT, INSERT ON audit TO fonds_app;

-- The worker reads no content: it folds, relays and clears through functions.
