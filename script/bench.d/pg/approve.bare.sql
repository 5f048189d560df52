\set i :first + :turn * 16 + :client_id
\set turn :turn + 1
SELECT d.* FROM (
  SELECT q.org, q.no, set_config('app.orgs', ARRAY[q.org]::text, true) AS orgs, set_config('app.who', q.account::text, true) AS who, set_config('app.post', q.post::text, true) AS post
    FROM bench.ask q WHERE q.question = :question AND q.i = :i OFFSET 0) AS q,
  LATERAL bench.decide(q.org, q.no, 'approved', '{"reasons": [], "comments": [], "note": null}', now(), '127.0.0.1') AS d;
