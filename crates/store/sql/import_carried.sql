-- What stands below a moved organisation and not in the file comes along. $1 tenant.
INSERT INTO import_node (sound, known, top, state, id, version, closed, current, last, code, parent_id, parent_state,
  name, short_name, kind, formation, unit_name, unit_code, unit_category, established_on, term_start, term_years,
  label, old_level, moved, renamed, described)
SELECT DISTINCT ON (o.id) true, true, false, o.state, o.id, gen_random_uuid(), gen_random_uuid(), v.id, v.valid_from, o.code, o.parent_id, 'active',
       o.name, o.short_name, o.kind, v.formation, v.unit_name, v.unit_code, v.unit_category, o.established_on, v.term_start, v.term_years,
       o.label, o.level, false, false, false
  FROM import_node n
  JOIN org m ON m.tenant_id = $1 AND m.id = n.id
  JOIN org o ON o.tenant_id = $1 AND o.path > m.path AND o.path < m.path || 'g'
  JOIN org_version v ON v.tenant_id = $1 AND v.org_id = o.id AND v.valid_to IS NULL AND v.superseded_at IS NULL
 WHERE n.moved AND NOT EXISTS (SELECT FROM import_node f WHERE f.id = o.id)
