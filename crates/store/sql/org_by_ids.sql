-- Organisations of a list, as they stand today.
SELECT o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!", o.short_name AS "short_name?",
       o.kind AS "kind!", o.level AS "level!", o.state AS "state!", o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM org o
 WHERE o.tenant_id = $1 AND o.id = ANY($2::uuid[])
   AND ($3::boolean OR o.id = ANY($4::uuid[]) OR EXISTS (
         SELECT FROM unnest($5::text[], $6::int[]) AS root(path, levels)
          WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
