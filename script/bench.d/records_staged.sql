-- Records number :first to :last as they were sent, before they are spread over the tables. Needs: tenant, first, last,
-- under_review (true: all of them wait at the first level). Types, branches and states come from hashes of the number;
-- time runs with it over two years, so that numbers of receipts come in the order of time.
SET work_mem = '512MB';
SET max_parallel_workers_per_gather = 0;
DROP TABLE IF EXISTS bench.sent;
CREATE UNLOGGED TABLE bench.sent AS
WITH counted AS (SELECT count(*) AS branches FROM bench.place WHERE level = 6),
numbered AS (
  SELECT r, hashint8extended(r, 1) & 9223372036854775807 AS h1, hashint8extended(r, 2) & 2147483647 AS h2, hashint8extended(r, 3) & 2147483647 AS h3,
         CASE WHEN :under_review THEN 1 ELSE (r - :first)::float8 / greatest(:last - :first, 1) END AS age
    FROM generate_series(:first::bigint, :last::bigint) AS r
), timed AS (
  SELECT n.*, (ARRAY['ZBDH','ZBDH','ZBDH','ZBDH','ZWH','ZWH','ZTDR','ZTDR','MZPY','DYMC'])[CASE WHEN :under_review THEN 1 ELSE h2 % 10 + 1 END] AS type,
         date_trunc('day', now()) - interval '730 days' + interval '729 days' * age + interval '1 second' * (h3 % 3600) AS at
    FROM numbered n
), placed AS (
  SELECT t.*, b.id AS org_id, b.chain, w.route, cardinality(w.route) AS n, 20 + h3 % 30 AS expected, 20 + h3 % 30 - h2 % 5 AS present
    FROM timed t CROSS JOIN counted c
    JOIN bench.place b ON b.level = 6 AND b.k = t.h1 % c.branches + 1
    JOIN bench.way w ON w.parent_id = b.chain[2] AND w.type = t.type
), decided AS (
  SELECT p.*, CASE WHEN n = 0 THEN 'final' WHEN :under_review THEN 'in_review' WHEN h3 % 50 = 0 THEN 'returned' WHEN age > 0.92 THEN 'in_review' ELSE 'final' END AS state
    FROM placed p
)
SELECT r, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5('record ' || r), 1, 3) || '8' || substr(md5('record ' || r), 4, 15))::uuid AS id,
       d.org_id, d.chain, d.type, d.route, d.state, d.at, (d.at - interval '5 days')::date AS occurred_on,
       extract(year FROM d.at - interval '5 days')::int * 100 + extract(month FROM d.at - interval '5 days')::int AS month,
       (CASE WHEN n = 0 THEN 0 WHEN :under_review THEN 1 WHEN state = 'final' THEN n ELSE 1 + h1 % n END)::smallint AS position,
       CASE WHEN type = 'ZBDH' AND h1 % 50 = 0 THEN '{ZTDR}'::text[] ELSE '{}' END AS tags,
       expected, present, h.account_id, h.post_id
  FROM decided d JOIN bench.holder h ON h.org_id = d.org_id;
ANALYZE bench.sent;
INSERT INTO bench.batch (first, last, under_review) VALUES (:first, :last, :under_review);
