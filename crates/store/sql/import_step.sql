-- One step further down. A level is what the file says, else what it was, if that is below the superior's, else the next: $1 tenant, $2 the step before, $3 the day of the import.
INSERT INTO import_place (id, step, path, level, since)
SELECT n.id, $2 + 1, p.path || to_hex(n.label) || '/', 
       coalesce(n.said_level, CASE WHEN n.old_level > p.level THEN n.old_level END, p.level + 1),
       CASE WHEN n.known THEN (SELECT min(v.valid_from) FROM org_version v
                                WHERE v.tenant_id = $1 AND v.org_id = n.id AND v.superseded_at IS NULL)
            ELSE greatest(coalesce(n.established_on, $3), p.since) END
  FROM import_place p JOIN import_node n ON n.parent_id = p.id
 WHERE p.step = $2 AND NOT n.top AND n.sound
