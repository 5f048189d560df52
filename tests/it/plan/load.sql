-- A province at work, so large that a wrong plan is slow: some six thousand organisations, fifty thousand records, eighty
-- thousand receipts. Nothing comes of chance. Three places are large: the branch `village` (records), the street `town2`
-- (branches below it, and what they send), the county (receipts, people). Keys to other tables are not checked here.
BEGIN;
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;
CREATE TEMP TABLE zj ON COMMIT DROP AS SELECT id FROM tenant WHERE key = 'zj';
CREATE TEMP TABLE edu ON COMMIT DROP AS SELECT id FROM tenant WHERE key = 'edu';

INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, established_on)
SELECT zj.id, md5('town ' || n)::uuid, c.id, 1000 + n, c.path || to_hex(1000 + n) || '/', 4, 'committee', c.code || '8' || lpad(n::text, 3, '0'),
       '第' || n || '镇委员会', DATE '2020-01-01'
  FROM zj CROSS JOIN generate_series(1, 60) AS n
  JOIN org c ON c.tenant_id = zj.id AND c.code = CASE WHEN n % 2 = 0 THEN '330106' ELSE '330110' END;
INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, established_on)
SELECT zj.id, md5('village ' || t.label || ' ' || n)::uuid, t.id, t.label * 10000 + n, t.path || to_hex(t.label * 10000 + n) || '/', 5, 'branch',
       t.code || '5' || lpad(n::text, 4, '0'), '第' || n || '村党支部', DATE '2020-01-01'
  FROM zj JOIN org t ON t.tenant_id = zj.id AND t.level = 4
 CROSS JOIN LATERAL generate_series(1, CASE t.code WHEN '330106013' THEN 2000 ELSE 60 END) AS n;
INSERT INTO org_version (tenant_id, id, org_id, parent_id, level, kind, code, name, valid_from, recorded_at, change)
SELECT tenant_id, md5('version ' || id)::uuid, id, parent_id, level, kind, code, name, DATE '2020-01-01', '2020-01-01', 'import'
  FROM org WHERE label >= 1000;

-- Three thousand branches of former days, each continued by one of today.
INSERT INTO org_succession (tenant_id, predecessor, successor, since)
SELECT tenant_id, md5('former ' || id)::uuid, id, DATE '2024-01-01' FROM org WHERE level = 5 AND label >= 1000 AND label % 2 = 0;

-- Somebody at every organisation, and three thousand people at the county; every fourth of those posts has ended.
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT md5('account ' || o.id || n)::uuid AS id, o.id AS org_id, o.code || '-' || n AS login, n, CASE o.kind WHEN 'branch' THEN 'branch_recorder' ELSE 'committee_reviewer' END AS role
  FROM zj JOIN org o ON o.tenant_id = zj.id
 CROSS JOIN LATERAL generate_series(1, CASE o.code WHEN '330106' THEN 3000 ELSE 1 END) AS n;
INSERT INTO account (tenant_id, id, name, home_org, state, created_at)
SELECT zj.id, p.id, '试验人员', p.org_id, 'open', '2025-01-01' FROM zj CROSS JOIN person p;
INSERT INTO credential (tenant_id, account_id, login, changed_at) SELECT zj.id, p.id, p.login, '2025-01-01' FROM zj CROSS JOIN person p;
INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, created_at, expires_at)
SELECT zj.id, md5('session ' || p.id)::uuid, p.id, sha256(p.id::text::bytea), 'program', 'tests', '2025-01-01', '2030-01-01' FROM zj CROSS JOIN person p;
INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, valid_to, granted_at)
SELECT zj.id, md5('post ' || p.id)::uuid, p.id, p.org_id, p.role, '2025-01-01', CASE WHEN n % 4 = 3 THEN timestamptz '2025-06-01' END, '2025-01-01'
  FROM zj CROSS JOIN person p;
ANALYZE zj, edu, org, account, post, person;

-- Records of all branches over two years, in the order of time; the last tenth came in five days and waits, of what is
-- older hardly anything does.
CREATE TEMP TABLE sent ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY k, o.id) AS r, o.id AS org_id, t.id AS town_id, c.id AS county_id, ARRAY[o.id, t.id, c.id, d.id, e.id] AS chain,
       a.id AS account_id, k, o.code = '330106109201' AS large
  FROM zj JOIN org o ON o.tenant_id = zj.id AND o.level = 5
  JOIN org t ON t.tenant_id = zj.id AND t.id = o.parent_id JOIN org c ON c.tenant_id = zj.id AND c.id = t.parent_id
  JOIN org d ON d.tenant_id = zj.id AND d.id = c.parent_id JOIN org e ON e.tenant_id = zj.id AND e.id = d.parent_id
  JOIN person a ON a.org_id = o.id AND a.n = 1
 CROSS JOIN LATERAL generate_series(1, CASE o.code WHEN '330106109201' THEN 3000 ELSE 8 END) AS k;
ALTER TABLE sent ADD id uuid, ADD at timestamptz, ADD month int, ADD type text, ADD state text, ADD position int;
UPDATE sent SET type = CASE WHEN r % 3 = 0 THEN 'ZWH' ELSE 'ZBDH' END,
  state = CASE WHEN large THEN (ARRAY['draft', 'returned', 'in_review', 'final', 'withdrawn'])[k % 5 + 1]
               WHEN r > past OR r % 500 = 0 THEN 'in_review'
               ELSE (ARRAY['final', 'final', 'final', 'returned', 'withdrawn'])[r % 5 + 1] END,
  at = CASE WHEN r > past THEN timestamptz '2026-03-01' - interval '5 days' * ((last - r) / (last - past))
            ELSE timestamptz '2026-02-20' - interval '720 days' * (1 - r / past) END
  FROM (SELECT max(r)::float8 AS last, max(r) * 0.9::float8 AS past FROM sent) AS x;
UPDATE sent SET position = CASE WHEN state = 'final' OR r % 2 = 0 THEN 2 ELSE 1 END, month = extract(year FROM at)::int * 100 + extract(month FROM at)::int,
  id = (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5('record ' || r), 1, 3) || '8' || substr(md5('record ' || r), 4, 15))::uuid;
ANALYZE sent;
INSERT INTO record (tenant_id, id, org_id, type, type_version, state, version, round, seq, created_by, created_at, updated_at, asked_rev, asked_by, asked_at)
SELECT zj.id, s.id, org_id, type, 1, state, 1, (state <> 'draft')::int, 3, account_id, at, at,
       CASE WHEN asked THEN 1 END, CASE WHEN asked THEN account_id END, CASE WHEN asked THEN at END
  FROM zj CROSS JOIN sent s CROSS JOIN LATERAL (SELECT state = 'draft' AND k % 2 = 0 AS asked) AS w ORDER BY r;
INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at, submitted)
SELECT zj.id, s.id, 1, org_id, '第' || r || '号记录', at::date, jsonb_build_object('summary', repeat('按计划完成。', 20)), account_id, at, state <> 'draft'
  FROM zj CROSS JOIN sent s ORDER BY r;
INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, at_org)
SELECT zj.id, s.id, n, org_id, CASE WHEN n > 1 THEN 1 END, 1, (ARRAY['created','submitted','approved'])[n], at, account_id, CASE n WHEN 3 THEN town_id ELSE org_id END
  FROM zj CROSS JOIN sent s CROSS JOIN generate_series(1, 3) AS n WHERE n = 1 OR (state <> 'draft' AND (n = 2 OR position = 2)) ORDER BY r, n;
INSERT INTO submission (tenant_id, record_id, round, version, hash, org_id, parent_id, grandparent_id, chain, route, position, state, type, tags, month,
  m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, submitted_by, submitted_post, submitted_at)
SELECT zj.id, s.id, 1, 1, sha256(s.id::text::bytea), org_id, town_id, county_id, chain, ARRAY[town_id, county_id], position, state, type, '{}', month,
  23, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, account_id, account_id, at
  FROM zj CROSS JOIN sent s WHERE state <> 'draft' ORDER BY r;

-- At the town each, at the county those that rose.
CREATE TEMP TABLE arrived ON COMMIT DROP AS
SELECT s.id, q.org_id, s.org_id AS origin_id, q.via_id, s.type, s.month, s.at + interval '1 hour' * (n - 1) AS at, s.r, s.account_id,
       CASE WHEN s.state = 'withdrawn' THEN 'withdrawn' WHEN s.state = 'final' OR n < s.position THEN 'approved' WHEN s.state = 'returned' THEN 'returned' ELSE 'pending' END AS state
  FROM sent s CROSS JOIN LATERAL (VALUES (1, s.town_id, s.org_id), (2, s.county_id, s.town_id)) AS q(n, org_id, via_id)
 WHERE s.state <> 'draft' AND n <= s.position;
ANALYZE arrived;
INSERT INTO receipt (tenant_id, org_id, no, record_id, round, version, hash, origin_id, via_id, type, month, confidentiality, title, received_at, state,
  decided_by, decided_at, decision)
SELECT zj.id, org_id, row_number() OVER (PARTITION BY org_id ORDER BY r), a.id, 1, 1, sha256(a.id::text::bytea), origin_id, via_id, type, month, 0,
       CASE WHEN state <> 'withdrawn' THEN '第' || r || '号记录' END, at, state,
       CASE WHEN state IN ('approved', 'returned') THEN account_id END, CASE WHEN state IN ('approved', 'returned') THEN at + interval '1 hour' END,
       CASE WHEN state IN ('approved', 'returned') THEN '{"reasons":[],"comments":[],"note":null}'::jsonb END
  FROM zj CROSS JOIN arrived a ORDER BY org_id, r;
INSERT INTO counter (tenant_id, org_id, n) SELECT zj.id, org_id, count(*) FROM zj CROSS JOIN arrived GROUP BY zj.id, org_id;
INSERT INTO audit (tenant_id, at, account_id, org_id, action, object_kind, object_id, after)
SELECT zj.id, at, account_id, org_id, 'record.submit', 'record', 'record:' || replace(s.id::text, '-', ''), '{"state": "in_review"}' FROM zj CROSS JOIN sent s ORDER BY r;

-- Everybody's inbox; the county's reviewer has a large one, hardly anything of it unread. Webhooks, and letters given up.
CREATE TEMP TABLE reviewer ON COMMIT DROP AS
SELECT DISTINCT ON (p.org_id) p.org_id, c.id
  FROM zj JOIN account c ON c.tenant_id = zj.id JOIN post p ON p.tenant_id = c.tenant_id AND p.account_id = c.id WHERE c.name LIKE '测试人员%-reviewer';
INSERT INTO notice (tenant_id, account_id, no, event, kind, about, subject, at, read_at)
SELECT zj.id, x.account_id, x.no, md5('event ' || r)::uuid, 'to_review', 'to_review ' || r || x.org_id, jsonb_build_object('record', x.id, 'round', 1, 'org', x.org_id, 'no', x.no), x.at,
       CASE WHEN x.no % 20 > 0 THEN x.at END
  FROM zj CROSS JOIN (SELECT a.*, w.id AS account_id, row_number() OVER (PARTITION BY w.id ORDER BY r) AS no
         FROM (SELECT id, r, at, org_id FROM arrived) AS a JOIN reviewer w USING (org_id)) AS x;
INSERT INTO webhook (tenant_id, id, org_id, name, reader, host, url, locale, kinds, created_by, created_at)
SELECT zj.id, md5('webhook ' || o.id || n)::uuid, o.id, '第' || n || '群', 'wecom', 'hook.example.cn', 'https://hook.example.cn/' || n, 'zh-CN', '{to_review}', a.id, '2026-01-01'
  FROM zj JOIN org o ON o.tenant_id = zj.id AND o.level >= 3 CROSS JOIN LATERAL (SELECT c.id FROM account c WHERE c.tenant_id = zj.id ORDER BY c.id LIMIT 1) AS a
 CROSS JOIN LATERAL generate_series(1, CASE o.code WHEN '330106' THEN 3000 ELSE 1 END) AS n;
INSERT INTO delivery (tenant_id, id, event, kind, about, subject, channel, recipient, at, state, attempts, reason, settled_at)
SELECT zj.id, md5('delivery ' || r || org_id)::uuid, md5('event ' || r)::uuid, 'to_review', 'to_review ' || r || org_id, '{}', 'mail', account_id, at,
       CASE WHEN r % 100 = 0 THEN 'failed' ELSE 'sent' END, 1, CASE WHEN r % 100 = 0 THEN 'smtp_550' END, at
  FROM zj CROSS JOIN arrived;

-- Folded by the function that folds; then steps that wait, few here and many in another tenant.
INSERT INTO rollup_delta (tenant_id, chain, type, tags, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12)
SELECT zj.id, chain, type, '{}', month, state, 1, 23, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM zj CROSS JOIN sent s WHERE state <> 'draft' AND r % 100 > 0 ORDER BY r;
SELECT sec.fold(zj.id, 1000000) FROM zj;
INSERT INTO rollup_delta (tenant_id, chain, type, tags, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12)
SELECT zj.id, chain, type, '{}'::text[], month, state, 1, 23, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM zj CROSS JOIN sent s WHERE state <> 'draft' AND r % 100 = 0
UNION ALL
SELECT edu.id, chain, type, '{}'::text[], month, state, 1, 23, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM edu CROSS JOIN sent s WHERE r % 3 = 0;
COMMIT;
ANALYZE;
