-- By any part of a name, in the order of codes, in one subtree: [path, path || 'g').
SELECT o.id AS "id!", o.parent_id AS "parent_id?", o.code AS "code!", o.name AS "name!", o.short_name AS "short_name?",
       o.kind AS "kind!", o.level AS "level!", o.state AS "state!", o.established_on AS "established_on?", o.closed_on AS "closed_on?"
  FROM sec.find_orgs($4, $2, $3, $5, $6, $7, $8, $9) AS o
 WHERE o.tenant_id = $1 ORDER BY o.code
