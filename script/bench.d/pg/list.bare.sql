\set i random(1, :count)
SELECT no, record_id, round, origin_id, type AS of_type, month, title, hash, state, received_at, decided_at, decided_by, decision
  FROM receipt WHERE tenant_id = :tenant AND org_id = (SELECT org FROM bench.ask WHERE question = :question AND i = :i) AND no < 9223372036854775807 ORDER BY no DESC LIMIT 21;
