-- Where placing begins: superiors that the file leaves where they are, the top, and faulty rows (without a level, so that
-- what is below them is not called a cycle). $1 tenant.
INSERT INTO import_place (id, step, path, level, since)
SELECT o.id, 0, o.path, o.level, (SELECT min(v.valid_from) FROM org_version v
        WHERE v.tenant_id = $1 AND v.org_id = o.id AND v.superseded_at IS NULL)
  FROM org o
 WHERE o.tenant_id = $1
   AND (o.id IN (SELECT n.parent_id FROM import_node n WHERE NOT n.top EXCEPT SELECT n.id FROM import_node n)
        OR o.id IN (SELECT n.id FROM import_node n WHERE n.top))
UNION ALL
SELECT n.id, 0, NULL, NULL, NULL FROM import_node n WHERE NOT n.top AND (NOT n.sound OR n.parent_id IS NULL)
