-- What stood directly below each of a list of superiors on a past day, as known at an instant (now, if none is given).
-- In the order of codes, or ($9) in the Chinese order of names.
SELECT p.id AS "of!", o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!",
       o.short_name AS "short_name?", o.kind AS "kind!", o.level AS "level!", o.state AS "state!",
       o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM unnest($2::uuid[]) AS p(id)
 CROSS JOIN LATERAL (
   SELECT o.id, v.parent_id, v.code, v.name, v.short_name, v.kind, v.level, v.state, o.established_on,
          CASE WHEN v.state = 'closed' THEN o.closed_on END AS closed_on
     FROM org_version v JOIN org o ON o.tenant_id = v.tenant_id AND o.id = v.org_id
    WHERE v.tenant_id = $1 AND v.parent_id = p.id
      AND v.valid_from <= $3 AND (v.valid_to IS NULL OR v.valid_to > $3)
     AND v.recorded_at <= coalesce($4::timestamptz, 'infinity') AND (v.superseded_at IS NULL OR v.superseded_at > coalesce($4::timestamptz, 'infinity'))
      AND ($6::boolean OR v.state = 'active')
      AND ($7::text = '' OR CASE WHEN $9::boolean THEN (v.name COLLATE "zh-x-icu", v.code) > ($8::text, $7::text) ELSE v.code > $7 END)
      AND ($10::boolean OR o.id = ANY($11::uuid[]) OR EXISTS (
         SELECT FROM unnest($12::text[], $13::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
    ORDER BY CASE WHEN $9::boolean THEN v.name END COLLATE "zh-x-icu", v.code LIMIT $5) o
 ORDER BY p.id, CASE WHEN $9::boolean THEN o.name END COLLATE "zh-x-icu", o.code
