-- Notices: the relay takes events and writes who is told of them; deliveries are taken under a lease, looked at again, and
-- settled. Rust decides by the policy (casbin) who may; these functions read rows for it. All of them are the worker's alone.

-- Tenants with events to relay, by steps along the index.
CREATE OR REPLACE FUNCTION sec.tenants_with_events() RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE found AS (
    (SELECT o.tenant_id FROM outbox o ORDER BY o.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.tenant_id FROM outbox o WHERE o.tenant_id > found.tenant_id ORDER BY o.tenant_id LIMIT 1)
      FROM found WHERE found.tenant_id IS NOT NULL)
  SELECT tenant_id FROM found WHERE tenant_id IS NOT NULL
$$;
REVOKE ALL ON FUNCTION sec.tenants_with_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.tenants_with_events TO fonds_worker;

-- Takes the oldest events of a tenant away, all of them, and gives those of these topics, however old: what has waited because
-- nobody relayed may still wait for somebody. One relay at a time works on a tenant: the numbers of its notices rise in the order of
-- commits. No row: another one is at it.
DROP FUNCTION IF EXISTS sec.take_events(int, text[], timestamptz, int);
CREATE OR REPLACE FUNCTION sec.take_events(p_tenant int, p_topics text[], p_limit int)
RETURNS TABLE (taken bigint, events jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF NOT pg_try_advisory_xact_lock(1852798051, p_tenant) THEN RETURN; END IF;
  RETURN QUERY
    WITH oldest AS MATERIALIZED (SELECT o.id FROM outbox o WHERE o.tenant_id = p_tenant ORDER BY o.id LIMIT p_limit FOR UPDATE SKIP LOCKED),
    gone AS (DELETE FROM outbox o USING oldest WHERE o.tenant_id = p_tenant AND o.id = oldest.id RETURNING o.id, o.topic, o.subject, o.at)
    SELECT count(*), coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'topic', g.topic, 'subject', g.subject, 'at', g.at) ORDER BY g.id)
                              FILTER (WHERE g.topic = ANY (p_topics)), '[]')
      FROM gone g;
END $$;
ALTER FUNCTION sec.take_events OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.take_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.take_events TO fonds_worker;

-- What the events are about: rounds with their receipts, drafts that wait to be confirmed, posts, files, and the organisations that all
-- of these name. Titles only where they are to be said: the relay does not read them.
DROP FUNCTION IF EXISTS sec.matter_facts(int, uuid[], int[], uuid[], uuid[], uuid[], boolean);
CREATE OR REPLACE FUNCTION sec.matter_facts(p_tenant int, p_records uuid[], p_rounds int[], p_drafts uuid[], p_orgs uuid[], p_posts uuid[], p_files uuid[],
    p_titles boolean)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v jsonb;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  WITH asked AS (SELECT DISTINCT a.record, a.round FROM unnest(p_records, p_rounds) AS a(record, round)),
  rounds AS (
    SELECT s.record_id, s.round, s.org_id, s.route, s.state, s.submitted_by, s.version, s.type, v.author, v.confidentiality,
           CASE WHEN p_titles THEN v.title END AS title,
           CASE WHEN p_titles THEN (SELECT t.body -> 'name' FROM record r JOIN record_type t ON t.tenant_id = r.tenant_id AND t.code = r.type AND t.version = r.type_version
                                     WHERE r.tenant_id = s.tenant_id AND r.id = s.record_id) END AS label
      FROM asked a
      JOIN submission s ON s.tenant_id = p_tenant AND s.record_id = a.record AND s.round = a.round
      JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version),
  drafts AS (
    SELECT r.id, r.org_id, r.asked_rev, r.asked_by, v.confidentiality,
           CASE WHEN p_titles THEN v.title END AS title,
           CASE WHEN p_titles THEN (SELECT t.body -> 'name' FROM record_type t WHERE t.tenant_id = r.tenant_id AND t.code = r.type AND t.version = r.type_version) END AS label
      FROM record r JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
     WHERE r.tenant_id = p_tenant AND r.id = ANY (p_drafts) AND r.asked_rev IS NOT NULL),
  posts AS (
    SELECT p.id, p.account_id, p.org_id, p.valid_from, p.valid_to, r.zh, r.en
      FROM post p JOIN role r ON r.tenant_id = p.tenant_id AND r.name = p.role WHERE p.tenant_id = p_tenant AND p.id = ANY (p_posts)),
  files AS (SELECT f.id, f.account_id, f.org_id, f.state, f.problems FROM file f WHERE f.tenant_id = p_tenant AND f.id = ANY (p_files)),
  named AS (SELECT unnest(p_orgs) AS id UNION SELECT org_id FROM rounds UNION SELECT unnest(route) FROM rounds UNION SELECT org_id FROM drafts
            UNION SELECT org_id FROM posts UNION SELECT org_id FROM files)
  SELECT jsonb_build_object(
    'rounds', (SELECT coalesce(jsonb_agg(jsonb_build_object('record', r.record_id, 'round', r.round, 'org', r.org_id, 'route', r.route, 'state', r.state,
                 'by', r.submitted_by, 'author', r.author, 'confidentiality', r.confidentiality, 'title', r.title, 'label', r.label,
                 'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('org', q.org_id, 'no', q.no, 'state', q.state, 'received', q.received_at) ORDER BY q.received_at, q.no), '[]')
                                FROM receipt q WHERE q.tenant_id = p_tenant AND q.record_id = r.record_id AND q.round = r.round))), '[]') FROM rounds r),
    'drafts', (SELECT coalesce(jsonb_agg(jsonb_build_object('record', d.id, 'org', d.org_id, 'rev', d.asked_rev, 'by', d.asked_by,
                 'confidentiality', d.confidentiality, 'title', d.title, 'label', d.label)), '[]') FROM drafts d),
    'posts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'account', p.account_id, 'org', p.org_id, 'from', p.valid_from, 'to', p.valid_to,
                'zh', p.zh, 'en', p.en)), '[]') FROM posts p),
    'files', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'account', f.account_id, 'org', f.org_id, 'state', f.state, 'code', f.problems -> 0 ->> 'code',
                'zh', f.problems -> 0 ->> 'zh', 'en', f.problems -> 0 ->> 'en')), '[]') FROM files f),
    'orgs', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'path', o.path, 'level', o.level)), '[]')
               FROM org o WHERE o.tenant_id = p_tenant AND o.id IN (SELECT named.id FROM named))) INTO v;
  RETURN v;
END $$;
ALTER FUNCTION sec.matter_facts OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.matter_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.matter_facts TO fonds_worker;

-- Who may have to be told: these people, whoever holds a post at these organisations now or has one of these duties, whoever was
-- told of these matters. Each with all posts held now, those of predecessors too, as sec.enter gives them. Addresses only where
-- they are to be written to.
DROP FUNCTION IF EXISTS sec.people_facts(int, timestamptz, uuid[], uuid[], text[], uuid[], boolean);
CREATE OR REPLACE FUNCTION sec.people_facts(p_tenant int, p_at timestamptz, p_accounts uuid[], p_orgs uuid[], p_duties text[], p_abouts text[],
    p_webhooks uuid[], p_addresses boolean)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v jsonb;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  WITH RECURSIVE told AS (
    SELECT n.account_id, n.about FROM notice n WHERE n.tenant_id = p_tenant AND n.about = ANY (p_abouts)),
  who AS (
    SELECT unnest(p_accounts) AS id
    UNION SELECT p.account_id FROM post p WHERE p.tenant_id = p_tenant AND p.org_id = ANY (p_orgs) AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
    UNION SELECT p.account_id FROM post p WHERE p.tenant_id = p_tenant AND p.duty = ANY (p_duties) AND p.duty IN ('system','security','audit')
             AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
    UNION SELECT told.account_id FROM told),
  held AS (
    SELECT p.account_id, p.id, p.org_id, p.role, p.duty, true AS own
      FROM who JOIN post p ON p.tenant_id = p_tenant AND p.account_id = who.id
     WHERE p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
    UNION
    SELECT h.account_id, h.id, u.predecessor, h.role, h.duty, false
      FROM held h JOIN org_succession u ON u.tenant_id = p_tenant AND u.successor = h.org_id),
  posts AS (
    SELECT h.account_id, jsonb_agg(jsonb_build_object('id', h.id, 'org', h.org_id, 'path', o.path, 'level', o.level, 'role', h.role, 'duty', h.duty)
                                   ORDER BY h.id, h.own DESC) AS list
      FROM held h JOIN org o ON o.tenant_id = p_tenant AND o.id = h.org_id GROUP BY h.account_id)
  SELECT jsonb_build_object(
    'tenant', (SELECT jsonb_build_object('key', t.key, 'open', t.state = 'open', 'version', t.policy_version, 'settings', t.settings) FROM tenant t WHERE t.id = p_tenant),
    'people', (SELECT coalesce(jsonb_agg(jsonb_build_object('account', a.id, 'open', a.state = 'open', 'invited', a.state = 'invited', 'locale', a.locale,
                 'name', CASE WHEN p_addresses THEN a.name END,
                 'home', CASE WHEN p_addresses THEN (SELECT o.name FROM org o WHERE o.tenant_id = a.tenant_id AND o.id = a.home_org) END, 'reachable', c.email IS NOT NULL, 'email', CASE WHEN p_addresses THEN c.email END,
                 'preferences', f.preferences, 'posts', coalesce(posts.list, '[]'))), '[]')
                 FROM who JOIN account a ON a.tenant_id = p_tenant AND a.id = who.id
                 LEFT JOIN account_contact c ON c.tenant_id = p_tenant AND c.account_id = a.id
                 LEFT JOIN notice_preference f ON f.tenant_id = p_tenant AND f.account_id = a.id
                 LEFT JOIN posts ON posts.account_id = a.id),
    'told', (SELECT coalesce(jsonb_agg(jsonb_build_object('account', told.account_id, 'about', told.about)), '[]') FROM told),
    'webhooks', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'org', w.org_id, 'kinds', w.kinds, 'locale', w.locale, 'reader', w.reader,
                   'url', CASE WHEN p_addresses THEN w.url END, 'secret', CASE WHEN p_addresses THEN w.secret END,
                   'sealed', CASE WHEN p_addresses THEN encode(w.sealed, 'base64') END, 'sealed_by', w.sealed_by)), '[]')
                   FROM webhook w WHERE w.tenant_id = p_tenant AND (w.org_id = ANY (p_orgs) OR w.id = ANY (p_webhooks)))) INTO v;
  RETURN v;
END $$;
ALTER FUNCTION sec.people_facts OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.people_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.people_facts TO fonds_worker;

-- The tenant's roles and lines, for the first wall in the worker.
CREATE OR REPLACE FUNCTION sec.policy_rows(p_tenant int) RETURNS TABLE (version bigint, roles jsonb, lines jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  RETURN QUERY SELECT t.policy_version,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('name', r.name, 'base', r.base, 'duty', r.duty, 'zh', r.zh, 'en', r.en)), '[]')
         FROM role r WHERE r.tenant_id = p_tenant),
      (SELECT coalesce(jsonb_agg(to_jsonb(l) - 'tenant_id' ORDER BY l.role, l.kind, l.action, l.id), '[]') FROM policy_line l WHERE l.tenant_id = p_tenant)
    FROM tenant t WHERE t.id = p_tenant;
END $$;
ALTER FUNCTION sec.policy_rows OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.policy_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.policy_rows TO fonds_worker;

-- Writes who is told of what, in the relay's transaction, which has taken the events and holds the tenant's lock. Gives who has
-- something new in the inbox. A digest that was sent already and gets something more is due once more, as another letter.
CREATE OR REPLACE FUNCTION sec.write_notices(p_tenant int, p_notices jsonb, p_deliveries jsonb)
RETURNS uuid[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_told uuid[];
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  WITH said AS (
    SELECT x.*, n.ord FROM jsonb_array_elements(p_notices) WITH ORDINALITY AS n(item, ord)
     CROSS JOIN LATERAL jsonb_to_record(n.item) AS x(account uuid, event uuid, kind text, about text, subject jsonb, at timestamptz)
     WHERE NOT EXISTS (SELECT FROM notice o WHERE o.tenant_id = p_tenant AND o.about = x.about AND o.account_id = x.account)),
  numbered AS (
    SELECT s.*, coalesce((SELECT o.no FROM notice o WHERE o.tenant_id = p_tenant AND o.account_id = s.account ORDER BY o.no DESC LIMIT 1), 0)
                + row_number() OVER (PARTITION BY s.account ORDER BY s.ord) AS no FROM said s),
  written AS (
    INSERT INTO notice (tenant_id, account_id, no, event, kind, about, subject, at)
    SELECT p_tenant, account, no, event, kind, about, subject, at FROM numbered
    ON CONFLICT DO NOTHING RETURNING account_id)
  SELECT array_agg(DISTINCT account_id) INTO v_told FROM written;

  INSERT INTO delivery AS d (tenant_id, id, event, kind, about, subject, channel, recipient, at, digest_at, due_at)
  SELECT p_tenant, gen_random_uuid(), x.event, x.kind, x.about, x.subject, x.channel, x.recipient, x.at, x.digest_at, x.due_at
    FROM jsonb_to_recordset(p_deliveries) AS x(event uuid, kind text, about text, subject jsonb, channel text, recipient uuid, at timestamptz, digest_at timestamptz, due_at timestamptz)
  ON CONFLICT DO NOTHING;

  INSERT INTO delivery AS d (tenant_id, id, event, kind, about, subject, channel, recipient, at, due_at)
  SELECT DISTINCT ON (x.recipient, x.digest_at) p_tenant, gen_random_uuid(), gen_random_uuid(), 'digest',
         'digest ' || extract(epoch FROM x.digest_at)::bigint, '{}'::jsonb, x.channel, x.recipient, x.digest_at, x.digest_at
    FROM jsonb_to_recordset(p_deliveries) AS x(channel text, recipient uuid, digest_at timestamptz) WHERE x.digest_at IS NOT NULL
   ORDER BY x.recipient, x.digest_at
  ON CONFLICT (tenant_id, about, channel, recipient) DO UPDATE
     SET state = 'waiting', settled_at = NULL, reason = NULL, due_at = excluded.due_at, attempts = 0, event = excluded.event
   WHERE d.state IN ('sent','dropped');
  RETURN coalesce(v_told, '{}');
END $$;
ALTER FUNCTION sec.write_notices OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_notices FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.write_notices TO fonds_worker;

-- Takes what is due until a moment: then it is due again. The fence tells a later taker from an earlier one. Every tenant has a
-- turn: an even share of each that has something due, whoever has waited longest first, and what is left over in the same order.
-- So a tenant's thousands do not hold up another's five.
CREATE OR REPLACE FUNCTION sec.take_deliveries(p_channel text, p_at timestamptz, p_until timestamptz, p_limit int)
RETURNS TABLE (tenant_id int, id uuid, fence bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_tenants int[]; v_tenant int; v_left int := p_limit; v_share int; v_taken int;
BEGIN
  -- The first of each tenant, by steps along the index.
  WITH RECURSIVE first AS (
    (SELECT d.tenant_id, d.due_at FROM delivery d WHERE d.channel = p_channel AND d.state = 'waiting' AND d.due_at IS NOT NULL
      ORDER BY d.tenant_id, d.due_at LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, n.due_at FROM first CROSS JOIN LATERAL (
      SELECT d.tenant_id, d.due_at FROM delivery d WHERE d.channel = p_channel AND d.state = 'waiting' AND d.due_at IS NOT NULL
         AND d.tenant_id > first.tenant_id ORDER BY d.tenant_id, d.due_at LIMIT 1) AS n)
  SELECT array_agg(f.tenant_id ORDER BY f.due_at) INTO v_tenants
    FROM (SELECT first.tenant_id, first.due_at FROM first WHERE first.due_at <= p_at ORDER BY first.due_at LIMIT p_limit) AS f;
  IF v_tenants IS NULL THEN RETURN; END IF;
  v_share := ceil(p_limit::numeric / cardinality(v_tenants));
  FOR v_round IN 1..2 LOOP
    FOREACH v_tenant IN ARRAY v_tenants LOOP
      EXIT WHEN v_left <= 0;
      RETURN QUERY
        -- Materialized, here and wherever so many are locked and taken: a sub-query in FROM may be run once for each row that it is
        -- joined with, each time with others under its limit.
        WITH due AS MATERIALIZED (
          SELECT x.id FROM delivery x WHERE x.channel = p_channel AND x.tenant_id = v_tenant AND x.state = 'waiting' AND x.due_at <= p_at
           ORDER BY x.due_at LIMIT least(v_left, CASE v_round WHEN 1 THEN v_share ELSE v_left END) FOR UPDATE SKIP LOCKED)
        UPDATE delivery d SET fence = d.fence + 1, attempts = d.attempts + 1, due_at = p_until
          FROM due WHERE d.tenant_id = v_tenant AND d.id = due.id
        RETURNING d.tenant_id, d.id, d.fence;
      GET DIAGNOSTICS v_taken = ROW_COUNT;
      v_left := v_left - v_taken;
    END LOOP;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION sec.take_deliveries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.take_deliveries TO fonds_worker;

-- What was taken, as it stands now; a digest with the oldest of those that wait for it.
CREATE OR REPLACE FUNCTION sec.deliveries(p_tenant int, p_ids uuid[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v jsonb;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'fence', d.fence, 'event', d.event, 'kind', d.kind, 'subject', d.subject, 'recipient', d.recipient,
           'address', d.address, 'at', d.at, 'attempts', d.attempts,
           'items', CASE WHEN d.kind = 'digest' THEN (
              SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'event', i.event, 'kind', i.kind, 'subject', i.subject, 'at', i.at) ORDER BY i.at, i.id), '[]')
                FROM (SELECT * FROM delivery i WHERE i.tenant_id = p_tenant AND i.recipient = d.recipient AND i.channel = d.channel AND i.digest_at = d.at
                         AND i.state = 'waiting' ORDER BY i.at, i.id LIMIT 500) AS i) ELSE '[]' END)), '[]') INTO v
    FROM delivery d WHERE d.tenant_id = p_tenant AND d.id = ANY (p_ids) AND d.state = 'waiting';
  RETURN v;
END $$;
ALTER FUNCTION sec.deliveries OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.deliveries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.deliveries TO fonds_worker;

-- How it came out; only from whoever has taken it last. Due again where p_state is 'waiting'. What a digest carried is settled with
-- it; where more has come since, it is due once more, as another letter.
CREATE OR REPLACE FUNCTION sec.settle_delivery(p_tenant int, p_id uuid, p_fence bigint, p_state text, p_reason text, p_due timestamptz,
    p_sent uuid[], p_dropped uuid[], p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE d delivery;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE delivery SET state = p_state, reason = p_reason, due_at = CASE WHEN p_state = 'waiting' THEN p_due END,
         settled_at = CASE WHEN p_state <> 'waiting' THEN p_at END,
         address = CASE WHEN p_state IN ('waiting','failed') THEN address END -- kept for as long as the letter may go
   WHERE tenant_id = p_tenant AND id = p_id AND fence = p_fence AND state = 'waiting' RETURNING * INTO d;
  IF NOT FOUND THEN RETURN false; END IF;
  IF d.kind <> 'digest' OR p_state NOT IN ('sent','dropped') THEN RETURN true; END IF;
  UPDATE delivery SET state = CASE WHEN id = ANY (p_sent) THEN 'sent' ELSE 'dropped' END, settled_at = p_at
   WHERE tenant_id = p_tenant AND id = ANY (p_sent || p_dropped) AND state = 'waiting' AND recipient = d.recipient;
  IF EXISTS (SELECT FROM delivery i WHERE i.tenant_id = p_tenant AND i.recipient = d.recipient AND i.channel = d.channel AND i.digest_at = d.at AND i.state = 'waiting') THEN
    UPDATE delivery SET state = 'waiting', reason = NULL, settled_at = NULL, due_at = p_at, attempts = 0, event = gen_random_uuid()
     WHERE tenant_id = p_tenant AND id = p_id;
  END IF;
  RETURN true;
END $$;
ALTER FUNCTION sec.settle_delivery OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.settle_delivery FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.settle_delivery TO fonds_worker;

-- A trial of a webhook: a message of its own, one a minute at the most.
CREATE OR REPLACE FUNCTION sec.try_webhook(p_id uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE w webhook;
BEGIN
  SELECT * INTO w FROM webhook WHERE tenant_id = sec.tenant() AND id = p_id;
  IF NOT FOUND OR NOT sec.governs(w.org_id) OR NOT sec.duties() && '{system,organisation}' THEN
    RAISE EXCEPTION 'try_webhook: not governed by the actor' USING ERRCODE = 'FD002';
  END IF;
  INSERT INTO delivery (tenant_id, id, event, kind, about, subject, channel, recipient, at, due_at)
  VALUES (w.tenant_id, gen_random_uuid(), gen_random_uuid(), 'trial', 'trial ' || floor(extract(epoch FROM p_at) / 60)::bigint,
          jsonb_build_object('org', w.org_id), 'webhook', w.id, p_at, p_at)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;
ALTER FUNCTION sec.try_webhook OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.try_webhook FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.try_webhook TO fonds_app;

-- Notices go after two years, but for everybody's newest, by which the numbers go on; deliveries a month after they were settled.
CREATE OR REPLACE FUNCTION sec.clear_notices(p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_notices bigint; v_deliveries bigint;
BEGIN
  DELETE FROM notice n WHERE n.at < p_at - interval '2 years'
     AND EXISTS (SELECT FROM notice o WHERE o.tenant_id = n.tenant_id AND o.account_id = n.account_id AND o.no > n.no);
  GET DIAGNOSTICS v_notices = ROW_COUNT;
  DELETE FROM delivery WHERE state IN ('sent','dropped') AND settled_at < p_at - interval '30 days';
  GET DIAGNOSTICS v_deliveries = ROW_COUNT;
  RETURN v_notices + v_deliveries;
END $$;
REVOKE ALL ON FUNCTION sec.clear_notices FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.clear_notices TO fonds_worker;

-- How much waits to be sent, and how much was given up; counted up to 100,000 each.
CREATE OR REPLACE FUNCTION sec.delivery_depth() RETURNS TABLE (waiting bigint, failed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT (SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'waiting' AND due_at IS NOT NULL LIMIT 100000) AS w),
         (SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'failed' LIMIT 100000) AS f)
$$;
REVOKE ALL ON FUNCTION sec.delivery_depth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.delivery_depth TO fonds_worker;

-- Days after which a review is overdue, where the tenant has said so.
CREATE OR REPLACE FUNCTION sec.review_days(p_settings jsonb, p_default int) RETURNS int
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN p_settings ->> 'review_days' ~ '^[0-9]{1,4}$' THEN (p_settings ->> 'review_days')::int ELSE p_default END
$$;

-- Tenants in which a review has become overdue that was not told, or whose days have changed: one look at an index for each.
CREATE OR REPLACE FUNCTION sec.tenants_overdue(p_at timestamptz, p_default int) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id FROM tenant t LEFT JOIN review_mark m ON m.tenant_id = t.id CROSS JOIN LATERAL (SELECT sec.review_days(t.settings, p_default) AS days) AS s
   WHERE t.state = 'open' AND (m.tenant_id IS NULL OR m.days <> s.days OR EXISTS (
     SELECT FROM receipt r WHERE r.tenant_id = t.id AND r.state = 'pending' AND (r.received_at, r.org_id, r.no) > (m.received_at, m.org_id, m.no)
        AND r.received_at < p_at - s.days * interval '24 hours'))
$$;
REVOKE ALL ON FUNCTION sec.tenants_overdue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.tenants_overdue TO fonds_worker;

-- An event for each review that has become overdue since the mark, and the mark behind the last of them, in one transaction. What
-- was overdue for longer than p_news when a tenant is looked at for the first time is no news; afterwards everything is told, however
-- long nobody looked: it still waits. A tenant that allows more days has the mark go back: what was told too early
-- is told at its new time. Gives how many; fewer than p_limit: there are no more.
CREATE OR REPLACE FUNCTION sec.note_overdue(p_tenant int, p_at timestamptz, p_default int, p_news interval, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_days int; v_before timestamptz; m review_mark; v_noted int; v_last jsonb;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  SELECT sec.review_days(t.settings, p_default) INTO v_days FROM tenant t WHERE t.id = p_tenant AND t.state = 'open';
  IF NOT FOUND THEN RETURN 0; END IF;
  v_before := p_at - v_days * interval '24 hours';
  INSERT INTO review_mark VALUES (p_tenant, v_days, v_before - p_news, '00000000-0000-0000-0000-000000000000', 0) ON CONFLICT DO NOTHING;
  SELECT * INTO m FROM review_mark WHERE tenant_id = p_tenant FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF; -- another worker is at it
  IF m.days < v_days AND m.received_at > v_before THEN
    m.received_at := v_before;
    m.org_id := '00000000-0000-0000-0000-000000000000';
    m.no := 0;
  END IF;
  WITH due AS (
    SELECT r.received_at, r.org_id, r.no, r.record_id, r.round FROM receipt r
     WHERE r.tenant_id = p_tenant AND r.state = 'pending' AND (r.received_at, r.org_id, r.no) > (m.received_at, m.org_id, m.no)
       AND r.received_at < v_before
     ORDER BY r.received_at, r.org_id, r.no LIMIT p_limit),
  told AS (
    INSERT INTO outbox (tenant_id, topic, subject, at)
    SELECT p_tenant, 'receipt.overdue', jsonb_build_object('record', d.record_id, 'round', d.round, 'org', d.org_id, 'due', d.received_at + v_days * interval '24 hours'),
           p_at FROM due d ORDER BY d.received_at, d.org_id, d.no)
  SELECT count(*), (array_agg(to_jsonb(d) ORDER BY d.received_at DESC, d.org_id DESC, d.no DESC))[1] INTO v_noted, v_last FROM due d;
  IF v_noted = p_limit THEN
    UPDATE review_mark SET days = v_days, received_at = (v_last ->> 'received_at')::timestamptz, org_id = (v_last ->> 'org_id')::uuid, no = (v_last ->> 'no')::bigint
     WHERE tenant_id = p_tenant;
  ELSE
    UPDATE review_mark SET days = v_days, received_at = greatest(m.received_at, v_before),
           org_id = CASE WHEN m.received_at < v_before THEN '00000000-0000-0000-0000-000000000000' ELSE m.org_id END,
           no = CASE WHEN m.received_at < v_before THEN 0 ELSE m.no END
     WHERE tenant_id = p_tenant;
  END IF;
  RETURN v_noted;
END $$;
ALTER FUNCTION sec.note_overdue OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.note_overdue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.note_overdue TO fonds_worker;

-- The digest of a fresh secret that goes with the letter to somebody invited, in the name of whoever invited; while the account is
-- not open and the invitation is good. False: it is neither, or the person was invited once more since: a letter of before, which was on its
-- way to the address of before, gives no key to the invitation of now.
CREATE OR REPLACE FUNCTION sec.letter_invitation(p_tenant int, p_account uuid, p_hash bytea, p_until timestamptz, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  INSERT INTO invitation (tenant_id, token_hash, account_id, expires_at, invited_by)
  SELECT i.tenant_id, p_hash, i.account_id, least(i.expires_at, p_until), i.invited_by
    FROM invitation i JOIN account a ON a.tenant_id = i.tenant_id AND a.id = i.account_id
   WHERE i.tenant_id = p_tenant AND i.account_id = p_account AND i.expires_at > p_at AND i.accepted_at IS NULL AND a.state = 'invited'
     AND NOT EXISTS (SELECT FROM invitation n WHERE n.tenant_id = p_tenant AND n.account_id = p_account AND n.expires_at > p_until)
   ORDER BY i.expires_at DESC LIMIT 1;
  RETURN FOUND;
END $$;
ALTER FUNCTION sec.letter_invitation OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.letter_invitation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.letter_invitation TO fonds_worker;

-- Webhooks that this key has not sealed: those in the clear from before, and those of an older key.
CREATE OR REPLACE FUNCTION sec.webhooks_to_seal(p_key text, p_limit int)
RETURNS TABLE (tenant_id int, id uuid, url text, secret text, sealed bytea, sealed_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  (SELECT w.tenant_id, w.id, w.url, w.secret, w.sealed, w.sealed_by FROM webhook w WHERE w.sealed_by IS NULL LIMIT p_limit)
  UNION ALL (SELECT w.tenant_id, w.id, w.url, w.secret, w.sealed, w.sealed_by FROM webhook w WHERE w.sealed_by < p_key LIMIT p_limit)
  UNION ALL (SELECT w.tenant_id, w.id, w.url, w.secret, w.sealed, w.sealed_by FROM webhook w WHERE w.sealed_by > p_key LIMIT p_limit)
$$;
REVOKE ALL ON FUNCTION sec.webhooks_to_seal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.webhooks_to_seal TO fonds_worker;

-- Seals one, where it is still as it was read.
CREATE OR REPLACE FUNCTION sec.seal_webhook(p_tenant int, p_id uuid, p_was text, p_key text, p_sealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE webhook SET url = NULL, secret = NULL, sealed = p_sealed, sealed_by = p_key
   WHERE tenant_id = p_tenant AND id = p_id AND sealed_by IS NOT DISTINCT FROM p_was;
  RETURN FOUND;
END $$;
ALTER FUNCTION sec.seal_webhook OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.seal_webhook FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.seal_webhook TO fonds_worker;
