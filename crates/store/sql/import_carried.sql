-- What stands below a moved organisation and not in the file comes along. $1 tenant.
INSERT INTO import_node (sound, known, top, state, id, code, parent_id, parent_state, label, moved, renamed, described)
SELECT DISTINCT true, true, false, o.state, o.id, o.code, o.parent_id, 'active', o.label, false, false, false
  FROM import_node n
  JOIN org m ON m.tenant_id = $1 AND m.id = n.id
  JOIN org o ON o.tenant_id = $1 AND o.path > m.path AND o.path < m.path || 'g'
 WHERE n.moved AND NOT EXISTS (SELECT FROM import_node f WHERE f.id = o.id)
