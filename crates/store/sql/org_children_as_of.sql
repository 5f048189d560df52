-- What stood directly below each of a list of superiors on a past day, as known at an instant (now, if none is given).
-- In the order of codes, or ($9) in the Chinese order of names.
SELECT p.id AS "of!", o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!",
       o.short_name AS "short_name?", o.kind AS "kind!", o.level AS "level!", o.state AS "state!",
       o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM unnest($2::uuid[]) AS p(id)
 CROSS JOIN LATERAL (
   SELECT o.id, v.parent_id, v.code, v.name, v.short_name, v.kind, v.level, v.state, o.established_on,
          CASE WHEN v.state = 'closed' THEN o.closed_on END AS closed_on
     FROM (
       SELECT s.org_id, s.parent_id, s.code, s.name, s.short_name, s.kind, s.level, s.state, s.valid_from, s.valid_to FROM org_version s
        WHERE s.tenant_id = $1 AND s.parent_id = p.id AND s.superseded_at IS NULL
          AND s.recorded_at <= coalesce($4::timestamptz, 'infinity')
       UNION ALL  -- what was superseded counts only where it is asked what was known before
       SELECT s.org_id, s.parent_id, s.code, s.name, s.short_name, s.kind, s.level, s.state, s.valid_from, s.valid_to FROM org_version s
        WHERE $4::timestamptz IS NOT NULL AND s.tenant_id = $1 AND s.parent_id = p.id
          AND s.superseded_at > $4 AND s.recorded_at <= $4) v
     JOIN org o ON o.tenant_id = $1 AND o.id = v.org_id
    WHERE v.valid_from <= $3 AND (v.valid_to IS NULL OR v.valid_to > $3)
      AND ($6::boolean OR v.state = 'active')
      AND ($7::text = '' OR CASE WHEN $9::boolean THEN (v.name COLLATE "zh-x-icu", v.code) > ($8::text, $7::text) ELSE v.code > $7 END)
      AND ($10::boolean OR o.id = ANY($11::uuid[]) OR EXISTS (
         SELECT FROM unnest($12::text[], $13::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
    ORDER BY CASE WHEN $9::boolean THEN v.name END COLLATE "zh-x-icu", v.code LIMIT $5) o
 ORDER BY p.id, CASE WHEN $9::boolean THEN o.name END COLLATE "zh-x-icu", o.code
