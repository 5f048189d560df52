-- Founds what is new, in the order of paths, so that a subtree lies together. $1 tenant.
INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, short_name, established_on)
SELECT $1, n.id, n.parent_id, n.label, p.path, p.level, n.kind, n.code, n.name, n.short_name, n.established_on
  FROM import_node n JOIN import_place p ON p.id = n.id
 WHERE NOT n.known
 ORDER BY p.path
