-- Changes are dated: the version of before is superseded and stands again with its end, the new one begins on the day.
-- $1 tenant, $2 day, $3 instant, $4 number and $5 date of the document, $6 reason.
WITH old AS (
  UPDATE org_version v SET superseded_at = $3
    FROM import_node n JOIN import_place p ON p.id = n.id
   WHERE (n.moved OR n.renamed OR n.described OR n.old_level <> p.level) AND v.tenant_id = $1 AND v.id = n.current
  RETURNING n.closed AS closed_id, v.*),
ended AS (
  INSERT INTO org_version (tenant_id, id, org_id, parent_id, level, kind, code, name, short_name, formation, unit_name, unit_code,
    unit_category, term_start, term_years, state, valid_from, valid_to, recorded_at, change, document_no, document_date, reason)
  SELECT $1, closed_id, org_id, parent_id, level, kind, code, name, short_name, formation, unit_name, unit_code,
    unit_category, term_start, term_years, state, valid_from, $2, $3, change, document_no, document_date, reason
    FROM old WHERE valid_from < $2)
INSERT INTO org_version (tenant_id, id, org_id, parent_id, level, kind, code, name, short_name, formation, unit_name, unit_code,
  unit_category, term_start, term_years, state, valid_from, recorded_at, change, document_no, document_date, reason)
SELECT $1, n.version, n.id, CASE WHEN n.top THEN NULL ELSE n.parent_id END, p.level, n.kind, n.code, n.name, n.short_name, n.formation,
       n.unit_name, n.unit_code, n.unit_category, n.term_start, n.term_years, n.state,
       CASE WHEN n.known THEN greatest($2, n.last) ELSE p.since END, $3,
       CASE WHEN NOT n.known THEN 'import' WHEN n.moved THEN 'move' WHEN n.renamed THEN 'rename' ELSE 'describe' END,
       $4, $5, $6
  FROM import_node n JOIN import_place p ON p.id = n.id
 WHERE NOT n.known OR n.moved OR n.renamed OR n.described OR n.old_level <> p.level
