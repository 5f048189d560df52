\set i random(1, :count)
BEGIN READ ONLY;
SELECT q.org FROM bench.ask q, sec.enter(:key, q.hash, q.post, now()) e WHERE q.question = :question AND q.i = :i \gset
SELECT path, level FROM org WHERE tenant_id = :tenant AND id = :org::uuid;
SELECT child, type, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12
  FROM sec.figures(:org::uuid, :cells::int[], :months::int[], :types::text[], :by_child::boolean, false);
COMMIT;
