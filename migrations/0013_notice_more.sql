-- What notices lacked: overdue reviews, a fair turn for every tenant, letters to the invited, sealed webhooks.

-- Up to which receipt a tenant's overdue reviews were told, and by how many days that was reckoned.
CREATE TABLE review_mark (
  tenant_id   int NOT NULL PRIMARY KEY REFERENCES tenant,
  days        int NOT NULL,
  received_at timestamptz NOT NULL,
  org_id      uuid NOT NULL,
  no          bigint NOT NULL
);
ALTER TABLE review_mark ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_mark FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON review_mark TO fonds_owner USING (true) WITH CHECK (true);
CREATE POLICY flow ON review_mark TO fonds_flow USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()));
GRANT SELECT, INSERT, UPDATE ON review_mark TO fonds_flow;
GRANT SELECT ON review_mark TO fonds_backup;
-- What waits in a whole tenant, the longest first.
CREATE INDEX receipt_waiting ON receipt (tenant_id, received_at, org_id, no) WHERE state = 'pending';

-- Deliveries are taken tenant by tenant: a range of each, the longest due first.
CREATE INDEX delivery_turn ON delivery (channel, tenant_id, due_at) WHERE state = 'waiting' AND due_at IS NOT NULL;
DROP INDEX delivery_due;

-- The three administrators are few, and sought by their duty.
CREATE INDEX post_administrator ON post (tenant_id, duty) WHERE duty IN ('system','security','audit');

-- Whoever invites may say where the letter goes; to somebody who is in already, nobody else gives an address.
CREATE POLICY invite ON account_contact FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND (SELECT sec.duties()) && '{system,organisation}'
              AND EXISTS (SELECT FROM account a WHERE a.tenant_id = account_contact.tenant_id AND a.id = account_contact.account_id
                           AND a.state = 'invited' AND sec.governs(a.home_org)));
CREATE INDEX invitation_account ON invitation (tenant_id, account_id, expires_at);
GRANT SELECT (tenant_id, account_id, expires_at, accepted_at, invited_by), INSERT ON invitation TO fonds_flow;

-- Address and secret of a webhook, sealed by a key that the database does not have. What is in the clear is from before and is
-- sealed by the worker once it has a key.
ALTER TABLE webhook ALTER url DROP NOT NULL, ADD sealed bytea, ADD sealed_by text COLLATE "C",
  ADD CONSTRAINT webhook_sealed CHECK (CASE WHEN sealed IS NULL THEN url IS NOT NULL AND sealed_by IS NULL
                                            ELSE sealed_by IS NOT NULL AND url IS NULL AND secret IS NULL END);
CREATE INDEX webhook_sealed_by ON webhook (sealed_by);
CREATE POLICY sealed ON webhook AS RESTRICTIVE FOR INSERT TO fonds_app WITH CHECK (sealed IS NOT NULL);
REVOKE INSERT ON webhook FROM fonds_app;
GRANT INSERT (tenant_id, id, org_id, name, reader, host, sealed, sealed_by, locale, kinds, created_by, created_at) ON webhook TO fonds_app;
GRANT UPDATE (url, secret, sealed, sealed_by) ON webhook TO fonds_flow;

-- Asked once, and not of every row: beside `&&` PostgreSQL expects one row of a hundred to stand, reads all webhooks of an organisation
-- and sorts them. A truth that is known before is expected to stand for every second.
DROP POLICY governed ON webhook;
DROP POLICY removed ON webhook;
CREATE POLICY governed ON webhook FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id) AND (SELECT sec.duties() && '{system,organisation}'));
CREATE POLICY removed ON webhook FOR DELETE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id) AND (SELECT sec.duties() && '{system,organisation}'));
