\set i random(1, :count)
WITH asked AS MATERIALIZED (SELECT org, account, post, (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid AS id FROM bench.ask WHERE question = :question AND i = :i), head AS (
  INSERT INTO record (tenant_id, id, org_id, type, type_version, seq, created_by, created_at, updated_at)
  VALUES (:tenant, (SELECT id FROM asked), (SELECT org FROM asked), 'ZBDH', 1, 1, (SELECT account FROM asked), now(), now()) RETURNING 1
), version AS (
  INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, tags, confidentiality, content, author, saved_at)
  VALUES (:tenant, (SELECT id FROM asked), 1, (SELECT org FROM asked), '样例村党员大会', current_date - 3, '{}', 0, (SELECT body FROM bench.content), (SELECT account FROM asked), now()) RETURNING 1
), told AS (
  INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, post_id, at_org)
  VALUES (:tenant, (SELECT id FROM asked), 1, (SELECT org FROM asked), NULL, 1, 'created', now(), (SELECT account FROM asked), (SELECT post FROM asked), (SELECT org FROM asked)) RETURNING 1
), traced AS (
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after, origin)
  VALUES (:tenant, now(), (SELECT account FROM asked), (SELECT post FROM asked), (SELECT org FROM asked), 'record.create', 'record', (SELECT id FROM asked)::text, jsonb_build_object('state', 'draft', 'type', 'ZBDH'), '127.0.0.1')
)
SELECT (SELECT count(*) FROM head) + (SELECT count(*) FROM version) + (SELECT count(*) FROM told) AS n;
