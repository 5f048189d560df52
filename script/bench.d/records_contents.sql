-- Contents and receipts out of bench.sent. Needs: tenant. Numbers of an organisation go on where its counter stands.
SET work_mem = '512MB';
SET session_replication_role = replica;
INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, tags, content, author, saved_at, submitted)
SELECT :tenant, id, 1, org_id, '样例村' || occurred_on || '第' || r || '号记录', occurred_on, tags,
  CASE type
  WHEN 'DYMC' THEN jsonb_build_object('as_of', occurred_on, 'total', expected, 'formal', expected, 'probationary', 0, 'signed_by', '样例甲')
  WHEN 'MZPY' THEN jsonb_build_object('host', '样例甲', 'recorder', '样例乙', 'place', '村党群服务中心', 'expected', expected, 'present', present, 'formal', expected,
    'probationary', 0, 'evaluated', expected, 'excellent', expected / 4, 'qualified', expected - expected / 4, 'basic', 0, 'unqualified', 0,
    'committee_opinion', '经支部委员会研究，评定结果如上。')
  WHEN 'ZTDR' THEN jsonb_build_object('theme', '人居环境整治', 'fixed_day', 20, 'forms', '["study"]'::jsonb, 'start_time', '08:30', 'end_time', '10:30', 'place', '村党群服务中心',
    'host', '样例乙', 'expected', expected, 'present', present, 'summary', '开展人居环境整治，清理河道，清运垃圾，按计划完成。')
  ELSE jsonb_build_object('meeting_name', '党员大会', 'start_time', '14:30', 'end_time', '16:00', 'place', '村党群服务中心', 'mode', 'onsite', 'host', '样例甲', 'recorder', '样例乙',
    'expected', expected, 'present', present, 'agenda', jsonb_build_array(
      jsonb_build_object('topic', '传达上级部署', 'reporter', '样例甲', 'points', '结合本村实际落实，分工到人，按月检查。'),
      jsonb_build_object('topic', '研究防汛值班安排', 'reporter', '样例乙', 'points', '同意，抓紧办理，值班表上墙公布。', 'resolution', '同意防汛值班安排方案。',
        'ballots', jsonb_build_object('for', present - 1, 'against', 0, 'abstain', 1, 'not_voted', 0), 'responsible', '样例乙', 'due', occurred_on)))
  END, account_id, at - interval '1 day', true
  FROM bench.sent ORDER BY r;

CREATE TEMP TABLE arrived AS
SELECT s.r, s.id, s.org_id AS origin_id, q.org_id, CASE WHEN q.i = 0 THEN NULL ELSE s.chain[array_position(s.chain, q.org_id) - 1] END AS via_id,
       s.type, s.month, s.account_id AS sender, least(s.at + interval '3 days' * (q.i - 1), now()) AS received_at,
       CASE WHEN q.i = 0 OR q.i < s.position OR s.state = 'final' THEN 'approved' WHEN s.state = 'returned' THEN 'returned' ELSE 'pending' END AS state,
       row_number() OVER (PARTITION BY q.org_id ORDER BY least(s.at + interval '3 days' * (q.i - 1), now()), s.r) AS k
  FROM bench.sent s
  CROSS JOIN LATERAL (
    SELECT s.route[i] AS org_id, i FROM generate_series(1, s.position) AS i
    UNION ALL SELECT s.org_id, 0 WHERE s.position = 0) AS q;
INSERT INTO receipt (tenant_id, org_id, no, record_id, round, version, hash, origin_id, via_id, type, month, confidentiality, title, received_at, state,
  decided_by, decided_post, decided_at, decision)
SELECT :tenant, a.org_id, coalesce(c.n, 0) + a.k, a.id, 1, 1, sha256(a.id::text::bytea), a.origin_id, a.via_id, a.type, a.month, 0,
       '样例村第' || a.r || '号记录', a.received_at, a.state,
       CASE WHEN a.state <> 'pending' THEN h.account_id END, CASE WHEN a.state <> 'pending' THEN h.post_id END,
       CASE WHEN a.state <> 'pending' THEN least(a.received_at + interval '2 days', now()) END,
       CASE a.state WHEN 'returned' THEN '{"reasons":["incomplete"],"comments":[],"note":null}'::jsonb
                    WHEN 'approved' THEN '{"reasons":[],"comments":[],"note":null}'::jsonb END
  FROM arrived a JOIN bench.holder h ON h.org_id = a.org_id
  LEFT JOIN counter c ON c.tenant_id = :tenant AND c.org_id = a.org_id
 ORDER BY a.org_id, a.k;
INSERT INTO counter AS c (tenant_id, org_id, n) SELECT :tenant, org_id, max(k) FROM arrived GROUP BY org_id
ON CONFLICT (tenant_id, org_id) DO UPDATE SET n = c.n + excluded.n;
