-- Receipts that wait for a decision, each to be used once. Needs: tenant, wanted.
DELETE FROM bench.ask WHERE question = 'approve';
INSERT INTO bench.ask (question, i, token, hash, post, account, org, no, record)
SELECT 'approve', row_number() OVER (ORDER BY hashtext(q.record_id::text)), a.token, a.hash, a.post_id, a.account_id, q.org_id, q.no, q.record_id
  FROM receipt q JOIN bench.actor a ON a.org_id = q.org_id AND a.n > 10000
 WHERE q.tenant_id = :tenant AND q.state = 'pending' ORDER BY hashtext(q.record_id::text) LIMIT :wanted;
ANALYZE bench.ask;
