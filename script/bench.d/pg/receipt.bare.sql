\set i random(1, :count)
SELECT q.record_id, q.round, q.version, q.hash, q.origin_id, q.type AS of_type, q.month, q.title, q.received_at, q.state,
       q.decided_at, q.decided_by, q.decision, s.submitted_by, r.type_version, v.title AS v_title, v.occurred_on, v.tags, v.confidentiality, v.content
  FROM receipt q
  LEFT JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round AND q.state <> 'withdrawn'
  LEFT JOIN record r ON r.tenant_id = q.tenant_id AND r.id = q.record_id
  LEFT JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version
                            AND v.submitted AND q.state <> 'withdrawn'
 WHERE q.tenant_id = :tenant AND q.org_id = (SELECT org FROM bench.ask WHERE question = :question AND i = :i) AND q.no = (SELECT no FROM bench.ask WHERE question = :question AND i = :i);
