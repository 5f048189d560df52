-- Heads, submissions and timelines out of bench.sent. Needs: tenant.
SET session_replication_role = replica;
INSERT INTO record (tenant_id, id, org_id, type, type_version, state, rev, version, round, seq, created_by, created_at, updated_at)
SELECT :tenant, id, org_id, type, 1, state, CASE state WHEN 'in_review' THEN 2 ELSE 3 END, 1, 1, 1, account_id, at - interval '1 day', at
  FROM bench.sent ORDER BY r;
INSERT INTO submission (tenant_id, record_id, round, version, hash, org_id, parent_id, grandparent_id, chain, route, position, state, type, tags, month,
  m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, submitted_by, submitted_post, submitted_at)
SELECT :tenant, id, 1, 1, sha256(id::text::bytea), org_id, chain[2], chain[3], chain, route, position, state, type, tags, month,
  CASE WHEN type <> 'DYMC' THEN expected ELSE 0 END, CASE WHEN type <> 'DYMC' THEN present ELSE 0 END, 0,
  CASE WHEN type IN ('ZBDH','ZWH') THEN 1 ELSE 0 END, CASE WHEN type IN ('ZBDH','ZWH') THEN present ELSE 0 END, CASE WHEN type IN ('ZBDH','ZWH') THEN present - 1 ELSE 0 END,
  CASE WHEN type IN ('MZPY','DYMC') THEN expected ELSE 0 END, CASE WHEN type = 'MZPY' THEN expected / 4 ELSE 0 END,
  CASE WHEN type = 'MZPY' THEN expected - expected / 4 ELSE 0 END, 0, 0, 0, account_id, post_id, at
  FROM bench.sent ORDER BY r;
INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, post_id, at_org, detail)
SELECT :tenant, id, 1, org_id, 1, 1, 'submitted', at, account_id, post_id, org_id, jsonb_build_object('route', to_jsonb(route))
  FROM bench.sent ORDER BY r;
