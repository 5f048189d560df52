-- Every version of each of a list of organisations, the oldest first; those that a later entry has replaced, too, if asked
-- for. At most 1,000 of each: none has more.
SELECT v.id AS "id!", v.org_id AS "org_id!", v.parent_id AS "parent_id?", v.kind AS "kind!", v.code AS "code!", v.name AS "name!",
       v.short_name AS "short_name?", v.formation AS "formation?", v.unit_name AS "unit_name?", v.unit_code AS "unit_code?",
       v.unit_category AS "unit_category?", v.term_start AS "term_start?", v.term_years AS "term_years?", v.state AS "state!",
       v.valid_from AS "valid_from!", v.valid_to AS "valid_to?", v.recorded_at AS "recorded_at!", v.superseded_at AS "superseded_at?",
       v.change AS "change!", v.document_no AS "document_no?", v.document_date AS "document_date?", v.reason AS "reason?"
  FROM unnest($2::uuid[]) AS p(id)
  JOIN org o ON o.tenant_id = $1 AND o.id = p.id
 CROSS JOIN LATERAL (
   SELECT v.id, v.org_id, v.parent_id, v.kind, v.code, v.name, v.short_name, v.formation, v.unit_name, v.unit_code, v.unit_category,
          v.term_start, v.term_years, v.state, v.valid_from, v.valid_to, v.recorded_at, v.superseded_at, v.change, v.document_no,
          v.document_date, v.reason
     FROM org_version v
    WHERE v.tenant_id = $1 AND v.org_id = p.id AND ($3::boolean OR v.superseded_at IS NULL)
    ORDER BY v.valid_from, v.recorded_at, v.id LIMIT 1000) v
 WHERE ($4::boolean OR o.id = ANY($5::uuid[]) OR EXISTS (
         SELECT FROM unnest($6::text[], $7::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
 ORDER BY v.org_id, v.valid_from, v.recorded_at, v.id
