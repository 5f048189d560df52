\set i random(1, :count)
BEGIN READ ONLY;
SELECT q.org FROM bench.ask q, sec.enter(:key, q.hash, q.post, now()) e WHERE q.question = :question AND q.i = :i \gset
SELECT no, record_id, round, origin_id, type AS of_type, month, title, hash, state, received_at, decided_at, decided_by, decision
  FROM receipt WHERE tenant_id = :tenant AND org_id = :org::uuid AND no < 9223372036854775807 ORDER BY no DESC LIMIT 21;
COMMIT;
