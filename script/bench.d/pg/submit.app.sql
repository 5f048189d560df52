\set i :first + :turn * 16 + :client_id
\set turn :turn + 1
BEGIN;
SELECT e.account_id AS who, q.org, q.record, q.record::text AS once FROM bench.ask q, sec.enter(:key, q.hash, q.post, now()) e WHERE q.question = :question AND q.i = :i \gset
INSERT INTO idempotency (tenant_id, account_id, key, operation, digest, at)
VALUES (:tenant, :who::uuid, :once, 'bench', sha256(:once::bytea), now()) ON CONFLICT DO NOTHING;
SELECT r.org_id, o.path, o.level, v.confidentiality
  FROM record r
  JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
  JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
 WHERE r.tenant_id = :tenant AND r.id = :record::uuid;
SELECT r.org_id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.created_by, r.created_at,
       v.title, v.occurred_on, v.tags, v.confidentiality, v.content, v.author, v.saved_at, v.submitted
  FROM record r
  JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
 WHERE r.tenant_id = :tenant AND r.id = :record::uuid;
SELECT levels, kinds FROM route WHERE tenant_id = :tenant AND type = 'ZBDH';
WITH RECURSIVE up AS (
  SELECT o.id, o.parent_id, o.path, o.level, o.kind, 1 AS n FROM org o WHERE o.tenant_id = :tenant AND o.id = :org::uuid
  UNION ALL
  SELECT o.id, o.parent_id, o.path, o.level, o.kind, up.n + 1 FROM up JOIN org o ON o.tenant_id = :tenant AND o.id = up.parent_id)
SELECT id, path, level, kind FROM up ORDER BY n;
SELECT key, name, levels, settings FROM tenant WHERE id = :tenant;
SELECT round, receipt_org, receipt_no, state FROM sec.submit(:record::uuid, 1, 1, sha256(:once::bytea),
  (SELECT route FROM bench.way WHERE parent_id = (SELECT parent_id FROM org WHERE tenant_id = :tenant AND id = :org::uuid) AND type = 'ZBDH'), '[]', :month, ARRAY[23,20,0,1,20,19,0,0,0,0,0,0]::bigint[], now(), '127.0.0.1');
UPDATE idempotency SET answer = jsonb_build_object('value', :once::text) WHERE tenant_id = :tenant AND account_id = :who::uuid AND key = :once;
SELECT r.org_id, o.path, o.level, v.confidentiality
  FROM record r
  JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
  JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
 WHERE r.tenant_id = :tenant AND r.id = :record::uuid;
SELECT r.org_id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.created_by, r.created_at,
       v.title, v.occurred_on, v.tags, v.confidentiality, v.content, v.author, v.saved_at, v.submitted
  FROM record r
  JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
 WHERE r.tenant_id = :tenant AND r.id = :record::uuid;
COMMIT;
