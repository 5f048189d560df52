-- What the loader knows of the tree. Needs: tenant (number). A branch is an organisation of the lowest level.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO fonds_app;
SET work_mem = '512MB';

-- One type goes all the way up, so that cities, provinces and the nation hold records as well.
UPDATE route SET levels = '{5,4,3,2,1}' WHERE tenant_id = :tenant AND type = 'MZPY';

CREATE UNLOGGED TABLE bench.place AS
WITH RECURSIVE down AS (
  SELECT o.id, o.level, o.path, ARRAY[o.id] AS chain, ARRAY[o.level] AS levels
    FROM org o WHERE o.tenant_id = :tenant AND o.parent_id IS NULL
  UNION ALL
  SELECT o.id, o.level, o.path, o.id || d.chain, o.level || d.levels
    FROM down d JOIN org o ON o.tenant_id = :tenant AND o.parent_id = d.id)
SELECT id, level, path, chain, levels, row_number() OVER (ORDER BY path) AS i, row_number() OVER (PARTITION BY level ORDER BY path) AS k FROM down;
CREATE UNIQUE INDEX ON bench.place (id);
CREATE INDEX ON bench.place (level, k);
ANALYZE bench.place;

-- The route that each type takes from below each organisation with branches.
CREATE UNLOGGED TABLE bench.way AS
SELECT p.id AS parent_id, t.type,
       ARRAY(SELECT c FROM unnest(p.chain, p.levels) WITH ORDINALITY AS u(c, l, n) WHERE u.l = ANY (r.levels) ORDER BY n) AS route
  FROM bench.place p
  CROSS JOIN (VALUES ('ZBDH'), ('ZWH'), ('ZTDR'), ('MZPY'), ('DYMC')) AS t(type)
  JOIN route r ON r.tenant_id = :tenant AND r.type = t.type
 WHERE EXISTS (SELECT FROM org o JOIN bench.place b ON b.id = o.id AND b.level = 6 WHERE o.tenant_id = :tenant AND o.parent_id = p.id);
CREATE UNIQUE INDEX ON bench.way (parent_id, type);
ANALYZE bench.way;

-- What was loaded, and in which range of record numbers.
CREATE TABLE bench.batch (first bigint, last bigint, under_review boolean, at timestamptz DEFAULT now());
