-- The line upward of each of a list of organisations on a past day, as known at an instant (now, if none is given).
-- n = 0 is the organisation itself.
WITH RECURSIVE line(of, id, n) AS (
  SELECT p.id, p.id, 0 FROM unnest($2::uuid[]) AS p(id)
  UNION ALL
  SELECT line.of, v.parent_id, line.n + 1
    FROM line JOIN org_version v ON v.tenant_id = $1 AND v.org_id = line.id
     AND v.valid_from <= $3 AND (v.valid_to IS NULL OR v.valid_to > $3)
     AND v.recorded_at <= coalesce($4::timestamptz, 'infinity') AND (v.superseded_at IS NULL OR v.superseded_at > coalesce($4::timestamptz, 'infinity'))
   WHERE v.parent_id IS NOT NULL AND line.n < 20)
SELECT line.of AS "of!", o.id AS "id!", v.parent_id AS "parent_id?", v.code AS "code!", v.name AS "name!", v.short_name AS "short_name?",
       v.kind AS "kind!", v.level AS "level!", v.state AS "state!", o.established_on AS "established_on?",
       CASE WHEN v.state = 'closed' THEN o.closed_on END AS "closed_on?"
  FROM line
  JOIN org_version v ON v.tenant_id = $1 AND v.org_id = line.id
   AND v.valid_from <= $3 AND (v.valid_to IS NULL OR v.valid_to > $3)
     AND v.recorded_at <= coalesce($4::timestamptz, 'infinity') AND (v.superseded_at IS NULL OR v.superseded_at > coalesce($4::timestamptz, 'infinity'))
  JOIN org o ON o.tenant_id = $1 AND o.id = line.id
 WHERE (line.n > 0) = $5::boolean
   AND ($6::boolean OR o.id = ANY($7::uuid[]) OR EXISTS (
         SELECT FROM unnest($8::text[], $9::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
 ORDER BY line.of, line.n DESC
