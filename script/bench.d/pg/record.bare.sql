\set i random(1, :count)
SELECT r.org_id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.created_by, r.created_at,
       v.title, v.occurred_on, v.tags, v.confidentiality, v.content, v.author, v.saved_at, v.submitted
  FROM record r
  JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
 WHERE r.tenant_id = :tenant AND r.id = (SELECT record FROM bench.ask WHERE question = :question AND i = :i);
