\set i :first + :turn * 16 + :client_id
\set turn :turn + 1
SELECT d.* FROM (
  SELECT q.record, w.route, set_config('app.orgs', ARRAY[q.org]::text, true) AS orgs, set_config('app.who', q.account::text, true) AS who, set_config('app.post', q.post::text, true) AS post
    FROM bench.ask q JOIN org o ON o.tenant_id = :tenant AND o.id = q.org JOIN bench.way w ON w.parent_id = o.parent_id AND w.type = 'ZBDH'
   WHERE q.question = :question AND q.i = :i OFFSET 0) AS q,
  LATERAL bench.submit(q.record, 1, 1, sha256(q.record::text::bytea), q.route, '[]', :month, ARRAY[23,20,0,1,20,19,0,0,0,0,0,0]::bigint[], now(), '127.0.0.1') AS d;
