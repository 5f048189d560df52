-- Setting and term of each of a list of organisations on a day, as known at an instant (now, if none is given).
SELECT v.org_id, v.formation, v.unit_name, v.unit_code, v.unit_category, v.term_start, v.term_years
  FROM org_version v JOIN org o ON o.tenant_id = v.tenant_id AND o.id = v.org_id
 WHERE v.tenant_id = $1 AND v.org_id = ANY($2::uuid[])
   AND v.valid_from <= $3 AND (v.valid_to IS NULL OR v.valid_to > $3)
   AND v.recorded_at <= coalesce($4::timestamptz, 'infinity') AND (v.superseded_at IS NULL OR v.superseded_at > coalesce($4::timestamptz, 'infinity'))
   AND ($5::boolean OR o.id = ANY($6::uuid[]) OR EXISTS (
         SELECT FROM unnest($7::text[], $8::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
