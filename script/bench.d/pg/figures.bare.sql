\set i random(1, :count)
SELECT child, type, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12
  FROM bench.figures((SELECT org FROM bench.ask WHERE question = :question AND i = :i), :cells::int[], :months::int[], :types::text[], :by_child::boolean, false);
