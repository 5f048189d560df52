-- Accounts and posts in bulk: each organisation has one holder, every second one another; three organisations that stand
-- beside each other share an account. Needs: tenant. A million posts for a third of a million accounts in the whole country.
SET work_mem = '512MB';
SET session_replication_role = replica; -- no checks of references: the rows are consistent as they are made

CREATE UNLOGGED TABLE bench.holder AS
SELECT p.id AS org_id, p.level, p.i, md5('bench account ' || (p.i - 1) / 3)::uuid AS account_id, md5('bench post ' || p.i)::uuid AS post_id
  FROM bench.place p;
CREATE UNIQUE INDEX ON bench.holder (org_id);
ANALYZE bench.holder;

INSERT INTO account (tenant_id, id, name, home_org, state, created_at)
SELECT :tenant, account_id, '样例' || min(i), (array_agg(org_id ORDER BY i))[1], 'open', now() - interval '3 years'
  FROM bench.holder GROUP BY account_id;
INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_at)
SELECT :tenant, post_id, account_id, org_id, CASE level WHEN 6 THEN 'branch_recorder' ELSE 'committee_archivist' END,
       now() - interval '3 years', now() - interval '3 years'
  FROM bench.holder;

INSERT INTO account (tenant_id, id, name, home_org, state, created_at)
SELECT :tenant, md5('bench second account ' || i / 6)::uuid, '样例乙' || i / 6, (array_agg(org_id ORDER BY i))[1], 'open', now() - interval '3 years'
  FROM bench.holder WHERE i % 2 = 0 GROUP BY i / 6;
INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_at)
SELECT :tenant, md5('bench second post ' || i)::uuid, md5('bench second account ' || i / 6)::uuid, org_id,
       CASE level WHEN 6 THEN 'branch_secretary' ELSE 'committee_archivist' END, now() - interval '3 years', now() - interval '3 years'
  FROM bench.holder WHERE i % 2 = 0;
