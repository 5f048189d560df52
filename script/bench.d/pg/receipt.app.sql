\set i random(1, :count)
BEGIN READ ONLY;
SELECT q.org, q.no FROM bench.ask q, sec.enter(:key, q.hash, q.post, now()) e WHERE q.question = :question AND q.i = :i \gset
SELECT o.path, o.level, q.confidentiality FROM receipt q
  JOIN org o ON o.tenant_id = q.tenant_id AND o.id = q.org_id
 WHERE q.tenant_id = :tenant AND q.org_id = :org::uuid AND q.no = :no::bigint;
SELECT q.record_id, q.round, q.version, q.hash, q.origin_id, q.type AS of_type, q.month, q.title, q.received_at, q.state,
       q.decided_at, q.decided_by, q.decision, s.submitted_by, r.type_version, v.title AS v_title, v.occurred_on, v.tags, v.confidentiality, v.content
  FROM receipt q
  LEFT JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round AND q.state <> 'withdrawn'
  LEFT JOIN record r ON r.tenant_id = q.tenant_id AND r.id = q.record_id
  LEFT JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version
                            AND v.submitted AND q.state <> 'withdrawn'
 WHERE q.tenant_id = :tenant AND q.org_id = :org::uuid AND q.no = :no::bigint;
COMMIT;
