-- Everything that is wrong with the tree of the file. $1 tenant, $2 levels of the tenant, $3 the day of the import, $4 how many.
WITH last_move AS (
  SELECT max(valid_from) AS day FROM org_version WHERE tenant_id = $1 AND change = 'move' AND superseded_at IS NULL)
SELECT line, fault, detail FROM (
  SELECT r.line, 'duplicate' AS fault, r.first::text AS detail
    FROM (SELECT line, code, min(line) OVER (PARTITION BY code) AS first FROM import_row) r WHERE r.line <> r.first
  UNION ALL
  SELECT line, 'no_parent', code FROM import_node WHERE sound AND line IS NOT NULL AND NOT top AND parent_code IS NULL
  UNION ALL
  SELECT line, 'top_has_parent', parent_code FROM import_node WHERE sound AND top AND parent_code IS NOT NULL
  UNION ALL
  SELECT line, 'unknown_parent', parent_code FROM import_node
   WHERE sound AND NOT top AND parent_code IS NOT NULL AND parent_id IS NULL
  UNION ALL
  SELECT line, 'closed', code FROM import_node WHERE sound AND line IS NOT NULL AND state = 'closed'
  UNION ALL
  SELECT line, 'closed_parent', parent_code FROM import_node WHERE sound AND state = 'active' AND parent_state = 'closed' AND NOT top
  UNION ALL
  SELECT line, 'cycle', parent_code FROM import_node n
   WHERE sound AND line IS NOT NULL AND NOT EXISTS (SELECT FROM import_place p WHERE p.id = n.id)
  UNION ALL
  SELECT n.line, 'level', p.level::text FROM import_node n JOIN import_place p ON p.id = n.parent_id
   WHERE n.sound AND NOT n.top AND n.said_level <= p.level
  UNION ALL
  SELECT n.line, 'top_level', n.old_level::text FROM import_node n WHERE n.sound AND n.top AND n.said_level <> n.old_level
  UNION ALL
  SELECT n.line, 'too_deep', n.code FROM import_node n JOIN import_place p ON p.id = n.id WHERE p.level > $2
  UNION ALL
  SELECT n.line, 'early', n.last::text FROM import_node n JOIN import_place p ON p.id = n.id
   WHERE (n.moved OR n.renamed OR n.described OR n.old_level <> p.level) AND n.line IS NOT NULL AND $3 < n.last
  UNION ALL
  SELECT n.line, 'early', p.since::text FROM import_node n JOIN import_place p ON p.id = n.parent_id WHERE n.moved AND $3 < p.since
  UNION ALL
  SELECT n.line, 'early', last_move.day::text FROM import_node n, last_move WHERE n.moved AND $3 < last_move.day
) AS faults
ORDER BY line NULLS LAST, fault LIMIT $4
