-- Who asks: accounts of one post each, with a token that is made of a number. Needs: tenant, key.
--   1…1000       a mix: village, town, county, city, province in turn
--   1001…1010    the nation
--   2001…6000    recorders of villages
--   10001…       a reviewer of every committee
SET work_mem = '512MB';
CREATE TABLE bench.actor (n int PRIMARY KEY, account_id uuid, post_id uuid, org_id uuid, level smallint, role text, token text, hash bytea);
INSERT INTO bench.actor (n, org_id, level, role)
WITH able AS (
  SELECT p.id, p.level, row_number() OVER (PARTITION BY p.level ORDER BY hashtext(p.id::text)) AS k, count(*) OVER (PARTITION BY p.level) AS many
    FROM bench.place p JOIN counter c ON c.tenant_id = :tenant AND c.org_id = p.id
   WHERE c.n >= CASE WHEN p.level = 6 THEN 1 ELSE 50 END)
SELECT n, a.id, a.level, CASE a.level WHEN 6 THEN 'branch_recorder' ELSE 'committee_reviewer' END
  FROM generate_series(1, 1000) AS n JOIN able a ON a.level = 6 - n % 5 AND a.k = (n / 5) % a.many + 1
UNION ALL
SELECT n, p.id, p.level, 'committee_reviewer' FROM generate_series(1001, 1010) AS n JOIN bench.place p ON p.level = 1
UNION ALL
SELECT 2000 + row_number() OVER (), id, level, 'branch_recorder' FROM (SELECT * FROM bench.place WHERE level = 6 ORDER BY hashtext(id::text || 'w') LIMIT 4000) AS v
UNION ALL
SELECT 10000 + row_number() OVER (ORDER BY path), id, level, 'committee_reviewer' FROM bench.place WHERE level < 6;
UPDATE bench.actor SET account_id = md5('bench actor ' || n)::uuid, post_id = md5('bench actor post ' || n)::uuid,
  token = :'key' || '.actor-' || lpad(n::text, 20, '0');
UPDATE bench.actor SET hash = sha256(convert_to(token, 'UTF8'));
INSERT INTO account (tenant_id, id, name, home_org, state, created_at) SELECT :tenant, account_id, '测量' || n, org_id, 'open', now() - interval '3 years' FROM bench.actor;
INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_at)
SELECT :tenant, post_id, account_id, org_id, role, now() - interval '3 years', now() - interval '3 years' FROM bench.actor;
INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, created_at, expires_at)
SELECT :tenant, md5('bench session ' || n)::uuid, account_id, hash, 'program', 'bench', now(), now() + interval '300 days' FROM bench.actor;

-- The parameters of every question, the same for the gateway and for the baselines.
CREATE TABLE bench.ask (question text, i int, token text, hash bytea, post uuid, account uuid, org uuid, no bigint, record uuid, PRIMARY KEY (question, i));
GRANT SELECT ON bench.ask TO fonds_app;
INSERT INTO bench.ask (question, i, token, hash, org) SELECT 'list', n, token, hash, org_id FROM bench.actor WHERE n <= 1000;
INSERT INTO bench.ask (question, i, token, hash, org, no)
SELECT 'receipt', row_number() OVER (ORDER BY n, no), token, hash, org_id, no
  FROM bench.actor CROSS JOIN generate_series(1, 50, 7) AS no WHERE n <= 1000 AND level < 6;
INSERT INTO bench.ask (question, i, token, hash, org, record)
SELECT 'record', row_number() OVER (), token, hash, a.org_id, r.id
  FROM bench.actor a JOIN record r ON r.tenant_id = :tenant AND r.org_id = a.org_id AND r.state = 'final' WHERE n BETWEEN 2001 AND 6000;
INSERT INTO bench.ask (question, i, token, hash, org)
SELECT 'figures_' || level, row_number() OVER (PARTITION BY level ORDER BY n), token, hash, org_id FROM bench.actor WHERE n <= 1010 AND level < 5;
INSERT INTO bench.ask (question, i, token, hash, post, account, org)
SELECT 'draft', n - 2000, token, hash, post_id, account_id, org_id FROM bench.actor WHERE n BETWEEN 2001 AND 6000;
ANALYZE bench.ask;
