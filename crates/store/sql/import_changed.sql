-- Brings today's tree up to date: what the file changes, and places that change with a superior's. $1 tenant.
WITH kept AS MATERIALIZED (
  SELECT n.*, p.path, p.level FROM import_node n JOIN import_place p ON p.id = n.id WHERE n.known)
UPDATE org o
   SET parent_id = CASE WHEN n.moved THEN n.parent_id ELSE o.parent_id END, path = n.path, level = n.level,
       name = n.name, short_name = n.short_name, kind = n.kind, established_on = n.established_on
  FROM kept n
 WHERE o.tenant_id = $1 AND o.id = n.id
   AND (n.moved OR n.renamed OR n.described OR (o.path, o.level) IS DISTINCT FROM (n.path, n.level))
