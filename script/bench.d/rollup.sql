-- Folds what bench.sent holds: the explosion of sec.fold, of sums by the organisation at distance two instead of single
-- steps, because all that sec.fold reads of a step's chain is chain[3:]. Needs: tenant.
SET work_mem = '1GB';
SET max_parallel_workers_per_gather = 0;
WITH batch AS MATERIALIZED (
  SELECT s.chain[3:] AS up, s.type, s.tags, s.month, s.state, count(*) AS n, sum(m1) AS m1, sum(m2) AS m2, sum(m3) AS m3, sum(m4) AS m4, sum(m5) AS m5, sum(m6) AS m6,
         sum(m7) AS m7, sum(m8) AS m8, sum(m9) AS m9, sum(m10) AS m10, sum(m11) AS m11, sum(m12) AS m12
    FROM bench.sent b JOIN submission s ON s.tenant_id = :tenant AND s.record_id = b.id AND s.round = 1
   WHERE cardinality(s.chain) >= 3 GROUP BY 1, 2, 3, 4, 5
), spread AS (
  SELECT d.up[i] AS org_id, coalesce(d.up[i + 1], '00000000-0000-0000-0000-000000000000') AS up_id, kind.type, grain.month, d.state, kind.whole,
         d.n, d.m1, d.m2, d.m3, d.m4, d.m5, d.m6, d.m7, d.m8, d.m9, d.m10, d.m11, d.m12
    FROM batch d
    CROSS JOIN LATERAL generate_series(1, cardinality(d.up)) AS i
    CROSS JOIN LATERAL (VALUES (d.month), (d.month / 100 * 100)) AS grain(month)
    CROSS JOIN LATERAL (SELECT '*'::text AS type, true AS whole UNION ALL SELECT d.type, true UNION ALL SELECT tag, false FROM unnest(d.tags) AS tag) AS kind
)
INSERT INTO rollup AS r (tenant_id, org_id, up_id, type, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12)
SELECT :tenant, org_id, up_id, type, month, state, sum(n),
       coalesce(sum(m1) FILTER (WHERE whole), 0), coalesce(sum(m2) FILTER (WHERE whole), 0), coalesce(sum(m3) FILTER (WHERE whole), 0),
       coalesce(sum(m4) FILTER (WHERE whole), 0), coalesce(sum(m5) FILTER (WHERE whole), 0), coalesce(sum(m6) FILTER (WHERE whole), 0),
       coalesce(sum(m7) FILTER (WHERE whole), 0), coalesce(sum(m8) FILTER (WHERE whole), 0), coalesce(sum(m9) FILTER (WHERE whole), 0),
       coalesce(sum(m10) FILTER (WHERE whole), 0), coalesce(sum(m11) FILTER (WHERE whole), 0), coalesce(sum(m12) FILTER (WHERE whole), 0)
  FROM spread GROUP BY org_id, up_id, type, month, state
ON CONFLICT (tenant_id, org_id, type, month, state, up_id) DO UPDATE SET n = r.n + excluded.n,
  m1 = r.m1 + excluded.m1, m2 = r.m2 + excluded.m2, m3 = r.m3 + excluded.m3, m4 = r.m4 + excluded.m4, m5 = r.m5 + excluded.m5, m6 = r.m6 + excluded.m6,
  m7 = r.m7 + excluded.m7, m8 = r.m8 + excluded.m8, m9 = r.m9 + excluded.m9, m10 = r.m10 + excluded.m10, m11 = r.m11 + excluded.m11, m12 = r.m12 + excluded.m12;
