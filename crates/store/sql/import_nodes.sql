-- Matches the file with the tree. $1 tenant; $2 the optional columns that the file has: the others stay as they are;
-- $3 the label of the first new one.
INSERT INTO import_node (line, sound, known, top, state, id, version, closed, current, last, code, parent_code, parent_id, parent_state,
  name, short_name, kind, said_level, formation, unit_name, unit_code, unit_category, established_on, term_start, term_years,
  label, old_level, moved, renamed, described)
WITH file AS MATERIALIZED (
  SELECT DISTINCT ON (r.code) r.*, o.id AS old_id, o.parent_id AS old_parent, o.state AS old_state, o.label, o.level AS old_level,
         o.kind AS old_kind, o.name AS old_name, o.short_name AS old_short, o.established_on AS old_established
    FROM import_row r LEFT JOIN org o ON o.tenant_id = $1 AND o.code = r.code
   ORDER BY r.code, r.line),
matched AS (
  SELECT f.line, f.sound, f.old_id IS NOT NULL AS known, f.old_id IS NOT NULL AND f.old_parent IS NULL AS top,
         coalesce(f.old_state, 'active') AS state, coalesce(f.old_id, f.id) AS id, f.version, f.closed, v.id AS current,
         v.valid_from AS last, f.code, f.parent_code, coalesce(p.old_id, p.id, o.id) AS parent_id,
         coalesce(p.old_state, o.state, 'active') AS parent_state, f.name,
         CASE WHEN 'short_name' = ANY($2) THEN f.short_name ELSE f.old_short END AS short_name, f.kind, f.said_level,
         CASE WHEN 'formation' = ANY($2) THEN f.formation ELSE v.formation END AS formation,
         CASE WHEN 'unit_name' = ANY($2) THEN f.unit_name ELSE v.unit_name END AS unit_name,
         CASE WHEN 'unit_code' = ANY($2) THEN f.unit_code ELSE v.unit_code END AS unit_code,
         CASE WHEN 'unit_category' = ANY($2) THEN f.unit_category ELSE v.unit_category END AS unit_category,
         coalesce(f.established_on, f.old_established) AS established_on,
         CASE WHEN 'term_start' = ANY($2) THEN f.term_start ELSE v.term_start END AS term_start,
         CASE WHEN 'term_years' = ANY($2) THEN f.term_years ELSE v.term_years END AS term_years,
         f.label, f.old_level, f.old_parent, f.old_kind, f.old_name, f.old_short, f.old_established,
         v.formation AS old_formation, v.unit_name AS old_unit_name, v.unit_code AS old_unit_code,
         v.unit_category AS old_unit_category, v.term_start AS old_term_start, v.term_years AS old_term_years
    FROM file f
    LEFT JOIN org_version v ON v.tenant_id = $1 AND v.org_id = f.old_id AND v.valid_to IS NULL AND v.superseded_at IS NULL
    LEFT JOIN file p ON p.code = f.parent_code
    LEFT JOIN org o ON o.tenant_id = $1 AND o.code = f.parent_code)
SELECT line, sound, known, top, state, id, version, closed, current, last, code, parent_code, parent_id, parent_state,
       name, short_name, kind, said_level, formation, unit_name, unit_code, unit_category, established_on, term_start, term_years,
       coalesce(label, $3 - 1 + row_number() OVER (PARTITION BY known ORDER BY line)), old_level, known AND NOT top AND parent_id IS DISTINCT FROM old_parent,
       known AND (name, short_name) IS DISTINCT FROM (old_name, old_short),
       known AND (kind, formation, unit_name, unit_code, unit_category, established_on, term_start, term_years)
         IS DISTINCT FROM (old_kind, old_formation, old_unit_name, old_unit_code, old_unit_category, old_established,
                           old_term_start, old_term_years)
  FROM matched
