-- By any part of a name, in the order of codes, in one subtree: [path, path || 'g'). No index serves it (none that does is
-- leakproof): the tenant is walked until the page is full, the subtree where one is named.
SELECT o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!", o.short_name AS "short_name?",
       o.kind AS "kind!", o.level AS "level!", o.state AS "state!", o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM org o
 WHERE o.tenant_id = $1 AND o.code > $2 AND o.path >= $3 AND o.path < $3::text || 'g'
   AND (strpos(o.name, $4) > 0 OR strpos(o.short_name, $4) > 0)
   AND ($6::boolean OR o.id = ANY($7::uuid[]) OR EXISTS (
         SELECT FROM unnest($8::text[], $9::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
 ORDER BY o.code LIMIT $5
