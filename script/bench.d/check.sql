-- Is the load consistent? Each line says what was looked at and how many differ: 0 everywhere. Needs: tenant.
-- Figures are compared for the nation and for organisations picked by chance, over every month and by year.
SET work_mem = '512MB';
CREATE TEMP TABLE picked AS
  SELECT id, path, level FROM bench.place WHERE level = 1
  UNION ALL (SELECT id, path, level FROM bench.place WHERE level = 2 ORDER BY random() LIMIT 2)
  UNION ALL (SELECT id, path, level FROM bench.place WHERE level = 3 ORDER BY random() LIMIT 5)
  UNION ALL (SELECT id, path, level FROM bench.place WHERE level = 4 ORDER BY random() LIMIT 20);
CREATE TEMP TABLE expected AS
  SELECT p.id, kind.type, grain.month, s.state, count(*) AS n, coalesce(sum(s.m1) FILTER (WHERE kind.whole), 0) AS m1,
         coalesce(sum(s.m2) FILTER (WHERE kind.whole), 0) AS m2, coalesce(sum(s.m6) FILTER (WHERE kind.whole), 0) AS m6, coalesce(sum(s.m9) FILTER (WHERE kind.whole), 0) AS m9
    FROM picked p JOIN submission s ON s.tenant_id = :tenant AND array_position(s.chain, p.id) >= 3
    CROSS JOIN LATERAL (VALUES (s.month), (s.month / 100 * 100)) AS grain(month)
    CROSS JOIN LATERAL (SELECT '*'::text AS type, true AS whole UNION ALL SELECT s.type, true UNION ALL SELECT tag, false FROM unnest(s.tags) AS tag) AS kind
   WHERE p.level > 1 GROUP BY 1, 2, 3, 4;
SELECT count(*) || ' cells of ' || (SELECT count(*) FROM picked WHERE level > 1) || ' organisations: ' ||
       count(*) FILTER (WHERE (e.n, e.m1, e.m2, e.m6, e.m9) IS DISTINCT FROM (r.n, r.m1, r.m2, r.m6, r.m9)) || ' differ'
  FROM expected e
  FULL JOIN (SELECT org_id, type, month, state, sum(n) AS n, sum(m1) AS m1, sum(m2) AS m2, sum(m6) AS m6, sum(m9) AS m9 FROM rollup
              WHERE tenant_id = :tenant AND org_id IN (SELECT id FROM picked WHERE level > 1) GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0) AS r
    ON r.org_id = e.id AND r.type = e.type AND r.month = e.month AND r.state = e.state;
SELECT 'the nation, all types by year and state: ' || count(*) FILTER (WHERE (e.n, e.m1, e.m6) IS DISTINCT FROM (r.n, r.m1, r.m6)) || ' of ' || count(*) || ' cells differ'
  FROM (SELECT month / 100 * 100 AS month, state, count(*) AS n, sum(m1) AS m1, sum(m6) AS m6 FROM submission
         WHERE tenant_id = :tenant AND cardinality(chain) >= 3 GROUP BY 1, 2) AS e
  FULL JOIN (SELECT month, state, sum(n) AS n, sum(m1) AS m1, sum(m6) AS m6 FROM rollup WHERE tenant_id = :tenant AND type = '*' AND month % 100 = 0
         AND org_id = (SELECT id FROM picked WHERE level = 1) GROUP BY 1, 2 HAVING sum(n) <> 0) AS r USING (month, state);
SELECT 'deltas not folded: ' || count(*) FROM rollup_delta WHERE tenant_id = :tenant;
SELECT 'counters: ' || count(*) FILTER (WHERE c.n IS DISTINCT FROM q.n OR q.n <> q.last) || ' of ' || count(*) || ' differ from their receipts'
  FROM counter c FULL JOIN (SELECT org_id, count(*) AS n, max(no) AS last FROM receipt WHERE tenant_id = :tenant GROUP BY 1) AS q USING (org_id)
 WHERE c.tenant_id = :tenant;
SELECT 'records: ' || count(*) || ', of them without submission, version, timeline or receipt: ' || count(*) FILTER (WHERE s.record_id IS NULL OR v.record_id IS NULL OR e.record_id IS NULL
         OR q.record_id IS NULL)
  FROM record r
  LEFT JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.id AND s.round = r.round AND s.state = r.state
  LEFT JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version AND v.submitted
  LEFT JOIN event e ON e.tenant_id = r.tenant_id AND e.record_id = r.id AND e.seq = r.seq
  LEFT JOIN (SELECT DISTINCT record_id FROM receipt WHERE tenant_id = :tenant) AS q ON q.record_id = r.id
 WHERE r.tenant_id = :tenant AND r.round > 0;
