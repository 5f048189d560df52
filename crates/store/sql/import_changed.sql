-- Brings today's tree up to date: what the file changes, and places that change with a superior's. $1 tenant.
UPDATE org o
   SET parent_id = CASE WHEN n.moved THEN n.parent_id ELSE o.parent_id END, path = p.path, level = p.level,
       name = coalesce(n.name, o.name), short_name = CASE WHEN n.line IS NULL THEN o.short_name ELSE n.short_name END,
       kind = coalesce(n.kind, o.kind), established_on = coalesce(n.established_on, o.established_on)
  FROM import_node n JOIN import_place p ON p.id = n.id
 WHERE n.known AND o.tenant_id = $1 AND o.id = n.id
   AND (n.moved OR n.renamed OR n.described OR (o.path, o.level) IS DISTINCT FROM (p.path, p.level))
