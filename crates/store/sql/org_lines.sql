-- The line upward of each of a list of organisations today: n = 0 is the organisation itself.
WITH RECURSIVE line(of, id, n) AS (
  SELECT p.id, p.id, 0 FROM unnest($2::uuid[]) AS p(id)
  UNION ALL
  SELECT line.of, o.parent_id, line.n + 1
    FROM line JOIN org o ON o.tenant_id = $1 AND o.id = line.id
   WHERE o.parent_id IS NOT NULL AND line.n < 20)
SELECT line.of AS "of!", o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!", o.short_name AS "short_name?",
       o.kind AS "kind!", o.level AS "level!", o.state AS "state!", o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM line JOIN org o ON o.tenant_id = $1 AND o.id = line.id
 WHERE line.n > 0
   AND ($3::boolean OR o.id = ANY($4::uuid[]) OR EXISTS (
         SELECT FROM unnest($5::text[], $6::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
 ORDER BY line.of, line.n DESC
