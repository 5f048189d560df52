\set i random(1, :count)
BEGIN;
SELECT e.account_id AS who, q.post, q.org, (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid AS record, gen_random_uuid()::text AS once FROM bench.ask q, sec.enter(:key, q.hash, q.post, now()) e WHERE q.question = :question AND q.i = :i \gset
INSERT INTO idempotency (tenant_id, account_id, key, operation, digest, at)
VALUES (:tenant, :who::uuid, :once, 'bench', sha256(:once::bytea), now()) ON CONFLICT DO NOTHING;
SELECT code, version, body FROM record_type
 WHERE tenant_id = :tenant AND code = 'ZBDH' ORDER BY version DESC LIMIT 1;
SELECT key, name, levels, settings FROM tenant WHERE id = :tenant;
SELECT code, max(version) AS version FROM record_type WHERE tenant_id = :tenant GROUP BY code ORDER BY code;
WITH head AS (
  INSERT INTO record (tenant_id, id, org_id, type, type_version, seq, created_by, created_at, updated_at)
  VALUES (:tenant, :record::uuid, :org::uuid, 'ZBDH', 1, 1, :who::uuid, now(), now()) RETURNING 1
), version AS (
  INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, tags, confidentiality, content, author, saved_at)
  VALUES (:tenant, :record::uuid, 1, :org::uuid, '样例村党员大会', current_date - 3, '{}', 0, (SELECT body FROM bench.content), :who::uuid, now()) RETURNING 1
), told AS (
  INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, post_id, at_org)
  VALUES (:tenant, :record::uuid, 1, :org::uuid, NULL, 1, 'created', now(), :who::uuid, :post::uuid, :org::uuid) RETURNING 1
), traced AS (
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after, origin)
  VALUES (:tenant, now(), :who::uuid, :post::uuid, :org::uuid, 'record.create', 'record', :record::uuid::text, jsonb_build_object('state', 'draft', 'type', 'ZBDH'), '127.0.0.1')
)
SELECT (SELECT count(*) FROM head) + (SELECT count(*) FROM version) + (SELECT count(*) FROM told) AS n;
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
