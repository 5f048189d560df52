-- The same in the Chinese order of names: the children of one superior are sorted.
SELECT p.id AS "of!", o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!", o.short_name AS "short_name?",
       o.kind AS "kind!", o.level AS "level!", o.state AS "state!", o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM unnest($2::uuid[]) AS p(id)
 CROSS JOIN LATERAL (
   SELECT o.id, o.parent_id, o.code, o.name, o.short_name, o.kind, o.level, o.state, o.established_on, o.closed_on
     FROM org o
    WHERE o.tenant_id = $1 AND o.parent_id = p.id AND ($4::boolean OR o.state = 'active')
      AND ($3::text = '' OR (o.name COLLATE "zh-x-icu", o.code) > ($10::text, $3::text))
      AND ($6::boolean OR o.id = ANY($7::uuid[]) OR EXISTS (
         SELECT FROM unnest($8::text[], $9::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
    ORDER BY o.name COLLATE "zh-x-icu", o.code LIMIT $5) o
 ORDER BY p.id, o.name COLLATE "zh-x-icu", o.code
