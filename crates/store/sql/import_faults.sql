-- Everything that is wrong with the tree of the file. $1 tenant, $2 levels of the tenant, $3 the day of the import, $4 how many.
WITH last_move AS MATERIALIZED (
  SELECT max(valid_from) AS day FROM org_version WHERE tenant_id = $1 AND change = 'move' AND superseded_at IS NULL),
first AS (
  SELECT code, min(line) AS line FROM import_row GROUP BY code HAVING count(*) > 1)
SELECT r.line, 'duplicate' AS fault, first.line::text AS detail
  FROM first JOIN import_row r ON r.code = first.code AND r.line <> first.line
UNION ALL
SELECT n.line, f.fault, f.detail
  FROM import_node n
  LEFT JOIN import_place p ON p.id = n.id
  LEFT JOIN import_place up ON up.id = n.parent_id AND NOT n.top
 CROSS JOIN last_move
 CROSS JOIN LATERAL (VALUES
   ('no_parent', n.code, n.line IS NOT NULL AND NOT n.top AND n.parent_code IS NULL),
   ('top_has_parent', n.parent_code, n.top AND n.parent_code IS NOT NULL),
   ('unknown_parent', n.parent_code, NOT n.top AND n.parent_code IS NOT NULL AND n.parent_id IS NULL),
   ('closed', n.code, n.line IS NOT NULL AND n.state = 'closed'),
   ('closed_parent', n.parent_code, n.state = 'active' AND n.parent_state = 'closed' AND NOT n.top),
   ('cycle', n.parent_code, n.line IS NOT NULL AND p.id IS NULL),
   ('level', up.level::text, n.said_level <= up.level),
   ('top_level', n.old_level::text, n.top AND n.said_level <> n.old_level),
   ('too_deep', n.code, p.level > $2),
   ('early', greatest(n.last, CASE WHEN n.moved THEN greatest(up.since, last_move.day) END)::text,
      n.line IS NOT NULL AND (n.moved OR n.renamed OR n.described OR n.old_level <> p.level)
      AND $3 < greatest(n.last, CASE WHEN n.moved THEN greatest(up.since, last_move.day) END))) AS f(fault, detail, holds)
 WHERE n.sound AND f.holds
   -- Nothing is wrong with most rows: they are told at one look.
   AND (n.known OR n.parent_id IS NULL OR n.parent_state = 'closed' OR p.id IS NULL OR n.said_level <= up.level OR p.level > $2)
 ORDER BY 1 NULLS LAST, 2 LIMIT $4
