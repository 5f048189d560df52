-- What people are told of. The inbox of one person is one range of `notice`; its numbers are his own and rise in the order of
-- commits, since one relay writes a tenant's notices at a time: they are the keyset of the inbox and of what follows it.
CREATE TABLE notice (
  tenant_id   int NOT NULL REFERENCES tenant,
  account_id  uuid NOT NULL,
  no          int NOT NULL,                   -- of this person, from 1
  event       uuid NOT NULL,                  -- the same for everybody who is told of it
  kind        text COLLATE "C" NOT NULL,
  about       text COLLATE "C" NOT NULL,      -- kind and ids: nobody is told twice of the same
  subject     jsonb NOT NULL,                 -- ids only
  at          timestamptz NOT NULL,
  read_at     timestamptz,
  PRIMARY KEY (tenant_id, account_id, no),
  UNIQUE (tenant_id, about, account_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX notice_unread ON notice (tenant_id, account_id, no) WHERE read_at IS NULL;
CREATE INDEX notice_at ON notice USING brin (at);

-- What a person wishes; what is not said is the default.
CREATE TABLE notice_preference (
  tenant_id   int NOT NULL REFERENCES tenant,
  account_id  uuid NOT NULL,
  preferences jsonb NOT NULL,
  PRIMARY KEY (tenant_id, account_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);

-- Where an organisation's notices go beside its people. Address and secret are read by the worker alone.
CREATE TABLE webhook (
  tenant_id   int NOT NULL REFERENCES tenant,
  id          uuid NOT NULL,
  org_id      uuid NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  reader      text COLLATE "C" NOT NULL CHECK (reader IN ('program','wecom','dingtalk','feishu')),
  host        text NOT NULL,                  -- of the address; the address of a robot is a secret itself
  url         text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  secret      text CHECK (length(secret) BETWEEN 1 AND 200),
  locale      text NOT NULL CHECK (locale IN ('zh-CN','en')),
  kinds       text[] NOT NULL CHECK (cardinality(kinds) BETWEEN 1 AND 20),
  created_by  uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id)
);
CREATE INDEX webhook_org ON webhook (tenant_id, org_id, id);

-- What is sent: one row for each event, recipient and channel. A digest is a row of its own that carries, when it is due, those
-- that wait for its moment. `due_at` of a row that is taken is the end of its lease; `fence` tells who has taken it last.
CREATE TABLE delivery (
  tenant_id   int NOT NULL REFERENCES tenant,
  id          uuid NOT NULL,
  event       uuid NOT NULL,                  -- with the recipient: the Message-ID
  kind        text COLLATE "C" NOT NULL,
  about       text COLLATE "C" NOT NULL,
  subject     jsonb NOT NULL,                 -- ids only
  channel     text COLLATE "C" NOT NULL CHECK (channel IN ('mail','webhook')),
  recipient   uuid NOT NULL,                  -- a person, or a webhook
  at          timestamptz NOT NULL,
  digest_at   timestamptz,                    -- goes with the digest of this moment
  state       text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','sent','failed','dropped')),
  due_at      timestamptz,                    -- next attempt; none: a digest carries it, or it is settled
  attempts    int NOT NULL DEFAULT 0,
  fence       bigint NOT NULL DEFAULT 0,
  reason      text COLLATE "C",               -- a code of ours: no words of the other side
  settled_at  timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, about, channel, recipient),
  CHECK (state = 'waiting' OR due_at IS NULL),
  CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE state = 'waiting' AND due_at IS NOT NULL;
CREATE INDEX delivery_digest ON delivery (tenant_id, recipient, digest_at) WHERE state = 'waiting' AND digest_at IS NOT NULL;
CREATE INDEX delivery_failed ON delivery (tenant_id, settled_at, id) WHERE state = 'failed';
CREATE INDEX delivery_settled ON delivery USING brin (settled_at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['notice','notice_preference','webhook','delivery'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %I TO fonds_owner USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY flow ON %I TO fonds_flow USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()))', t);
  END LOOP;
END $$;
GRANT SELECT ON notice, notice_preference, webhook, delivery TO fonds_backup;
GRANT SELECT, INSERT ON notice TO fonds_flow;
GRANT SELECT ON notice_preference, webhook, account_contact, policy_line TO fonds_flow;
GRANT SELECT, INSERT, UPDATE ON delivery TO fonds_flow;
GRANT UPDATE, DELETE ON outbox TO fonds_flow; -- the lock that skips what another relay has taken asks for UPDATE

-- One's own inbox; written by the relay, read and marked by its owner.
CREATE POLICY own ON notice FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
CREATE POLICY read ON notice FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
GRANT SELECT, UPDATE (read_at) ON notice TO fonds_app;

CREATE POLICY own ON notice_preference TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
GRANT SELECT, INSERT, UPDATE (preferences) ON notice_preference TO fonds_app;

-- One's own address, which nobody else reads.
CREATE POLICY own ON account_contact TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()))
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND account_id = (SELECT sec.who()));
GRANT SELECT (tenant_id, account_id, email), INSERT (tenant_id, account_id, email), UPDATE (email) ON account_contact TO fonds_app;

-- Webhooks: whoever administers the organisation, or one above. Neither address nor secret is ever shown again.
CREATE POLICY governed ON webhook FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id) AND (SELECT sec.duties()) && '{system,organisation}');
CREATE POLICY made ON webhook FOR INSERT TO fonds_app
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND created_by = (SELECT sec.who()) AND sec.governs(org_id)
              AND (SELECT sec.duties()) && '{system,organisation}');
CREATE POLICY removed ON webhook FOR DELETE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND sec.governs(org_id) AND (SELECT sec.duties()) && '{system,organisation}');
GRANT SELECT (tenant_id, id, org_id, name, reader, host, locale, kinds, created_by, created_at), INSERT, DELETE ON webhook TO fonds_app;

-- Dead letters: the system administrator sees that there are some and why, and sets them going again.
CREATE POLICY failed ON delivery FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND 'system' = ANY ((SELECT sec.duties())::text[]));
CREATE POLICY redriven ON delivery FOR UPDATE TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND state = 'failed' AND 'system' = ANY ((SELECT sec.duties())::text[]))
  WITH CHECK (state = 'waiting');
GRANT SELECT (tenant_id, id, kind, channel, recipient, at, state, attempts, reason, settled_at),
  UPDATE (state, due_at, attempts, reason, settled_at) ON delivery TO fonds_app;
