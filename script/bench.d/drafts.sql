-- Drafts that wait to be sent: fills up to :wanted, and lists them for the question. Needs: tenant.
SELECT greatest(0, :wanted - count(*)) AS missing, coalesce(max(r.created_at), now()) AS since FROM record r JOIN bench.ask q ON q.question = 'draft' AND q.org = r.org_id AND q.account = r.created_by
 WHERE r.tenant_id = :tenant AND r.state = 'draft' AND r.type = 'ZBDH' \gset
SET session_replication_role = replica;
CREATE TEMP TABLE fresh AS
SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(m, 1, 3) || '8' || substr(m, 4, 15))::uuid AS id, q.org, q.account, q.post
  FROM generate_series(1, :missing) AS g CROSS JOIN LATERAL (SELECT md5(random()::text || g) AS m) AS x
  JOIN bench.ask q ON q.question = 'draft' AND q.i = g % 4000 + 1;
INSERT INTO record (tenant_id, id, org_id, type, type_version, seq, created_by, created_at, updated_at)
SELECT :tenant, id, org, 'ZBDH', 1, 1, account, now(), now() FROM fresh;
INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at)
SELECT :tenant, f.id, 1, f.org, '样例村党员大会', current_date - 3, t.body -> 'example', f.account, now()
  FROM fresh f JOIN record_type t ON t.tenant_id = :tenant AND t.code = 'ZBDH' AND t.version = 1;
INSERT INTO event (tenant_id, record_id, seq, org_id, version, step, at, who, post_id, at_org)
SELECT :tenant, id, 1, org, 1, 'created', now(), account, post, org FROM fresh;
DELETE FROM bench.ask WHERE question = 'submit';
INSERT INTO bench.ask (question, i, token, hash, post, account, org, record)
SELECT 'submit', row_number() OVER (ORDER BY hashtext(r.id::text)), q.token, q.hash, q.post, q.account, q.org, r.id
  FROM record r JOIN bench.ask q ON q.question = 'draft' AND q.org = r.org_id AND q.account = r.created_by
 WHERE r.tenant_id = :tenant AND r.state = 'draft' AND r.type = 'ZBDH' AND r.rev = 1 LIMIT :wanted;
ANALYZE bench.ask;
