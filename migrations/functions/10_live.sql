-- What a gateway asks for all of its open sockets at once, so that nothing is asked for each of them: which sessions have
-- ended (null) or carry other rights than it knows, which watched objects are not as it knows them, and whether any step
-- has been taken at all. Rights and versions are hashes: they tell nothing but that something differs, and nothing is
-- delivered because of them that is not read again through sec.enter. Objects are looked at only in tenants of which one
-- of the sessions lives.
--   session  nth of p_tokens, its rights now
--   object   nth of p_ids, its version now
--   steps    how many steps were ever taken, whether kept or not
--   risen    where that is another number than p_steps: a transaction that is newer than every one that has risen it
--   oldest   all transactions before this one have ended
-- Every step writes an outbox row, so its sequence moves with every step, and it has its number by then. The xmax of a
-- snapshot would not do for `risen`: it is the last one that has ended, and those under way may be newer.
CREATE OR REPLACE FUNCTION sec.live(p_tenants int[], p_tokens bytea[], p_rights bigint[],
    p_of int[], p_kinds text[], p_ids uuid[], p_versions bigint[], p_steps bigint, p_at timestamptz)
RETURNS TABLE (what text, nth int, value bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
  v_steps bigint := coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.outbox', 'id')::regclass), 0);
  v_risen bigint;
BEGIN
  IF v_steps <> p_steps THEN v_risen := pg_current_xact_id()::text::bigint; END IF;
  RETURN QUERY
  WITH held AS MATERIALIZED (
    SELECT w.nth, w.tenant, w.known, x.rights
      FROM unnest(p_tenants, p_tokens, p_rights) WITH ORDINALITY AS w(tenant, token, known, nth)
      LEFT JOIN LATERAL (
        SELECT hashtextextended(concat_ws(' ', t.policy_version, a.id, h.posts), 0) AS rights
          FROM session s
          JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
          JOIN tenant t ON t.id = s.tenant_id
         CROSS JOIN LATERAL (
            SELECT string_agg(concat_ws(' ', p.id, p.org_id, p.role, p.duty, o.path,
                     (SELECT string_agg(u.predecessor::text, ' ' ORDER BY u.predecessor) FROM org_succession u
                       WHERE u.tenant_id = p.tenant_id AND u.successor = p.org_id)), ',' ORDER BY p.id) AS posts
              FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
             WHERE p.tenant_id = s.tenant_id AND p.account_id = s.account_id
               AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)) AS h
         WHERE s.tenant_id = w.tenant AND s.token_hash = w.token AND s.ended_at IS NULL AND p_at < s.expires_at
           AND a.state = 'open' AND t.state = 'open') AS x ON true
  )
  SELECT 'session', h.nth::int, h.rights FROM held h WHERE h.rights IS NULL OR h.rights IS DISTINCT FROM h.known
  UNION ALL
  SELECT 'object', w.nth::int, x.version
    FROM unnest(p_of, p_kinds, p_ids, p_versions) WITH ORDINALITY AS w(tenant, kind, id, known, nth)
    LEFT JOIN LATERAL (
      SELECT hashtextextended(concat_ws(' ', r.rev, r.seq, o.path, o.state), 0) AS version
        FROM record r JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
       WHERE w.kind = 'record' AND r.tenant_id = w.tenant AND r.id = w.id
      UNION ALL
      SELECT hashtextextended(concat_ws(' ', o.path, o.state), 0) FROM org o
       WHERE w.kind = 'rollup' AND o.tenant_id = w.tenant AND o.id = w.id
      UNION ALL
      SELECT hashtextextended(concat_ws(' ',
               (SELECT n.no FROM notice n WHERE n.tenant_id = w.tenant AND n.account_id = w.id ORDER BY n.no DESC LIMIT 1),
               (SELECT count(*) FROM (SELECT FROM notice n
                 WHERE n.tenant_id = w.tenant AND n.account_id = w.id AND n.read_at IS NULL LIMIT 101) AS unread)), 0)
       WHERE w.kind = 'inbox') AS x ON true
   WHERE w.tenant IN (SELECT h.tenant FROM held h WHERE h.rights IS NOT NULL) AND x.version IS DISTINCT FROM w.known
  UNION ALL
  SELECT m.what, 0, m.value FROM (VALUES
    ('steps', v_steps), ('risen', v_risen), ('oldest', pg_snapshot_xmin(pg_current_snapshot())::text::bigint)) AS m(what, value);
END $$;
REVOKE ALL ON FUNCTION sec.live FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.live TO fonds_app;
