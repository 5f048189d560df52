-- The one way in: reads session, account, posts and policy version from rows, at every request, and sets the context
-- of the transaction. An unknown, ended or expired token and a closed account give no row and no context. It is the
-- first half of every read, so it starts as few statements as it can: one to look, one to set.
CREATE OR REPLACE FUNCTION sec.enter(p_tenant_key text, p_token_hash bytea, p_acting uuid, p_at timestamptz)
RETURNS TABLE (tenant_id int, account_id uuid, session_id uuid, locale text, introspect boolean, policy_version bigint,
               post_ids uuid[], post_orgs uuid[], post_roles text[], post_duties text[], post_paths text[], post_levels smallint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_roots text[];
  v_succeeds boolean;
BEGIN
  SELECT t.id, s.account_id, s.id, a.locale, s.introspect, t.policy_version,
         h.ids, h.orgs, h.roles, h.duties, h.paths, h.levels, h.paths, h.succeeds
    INTO tenant_id, account_id, session_id, locale, introspect, policy_version,
         post_ids, post_orgs, post_roles, post_duties, post_paths, post_levels, v_roots, v_succeeds
    FROM tenant t
    JOIN session s ON s.tenant_id = t.id AND s.token_hash = p_token_hash
    JOIN account a ON a.tenant_id = t.id AND a.id = s.account_id
   CROSS JOIN LATERAL (
      SELECT array_agg(p.id ORDER BY p.id) AS ids, array_agg(p.org_id ORDER BY p.id) AS orgs, array_agg(p.role ORDER BY p.id) AS roles,
             array_agg(coalesce(p.duty, '') ORDER BY p.id) AS duties, array_agg(o.path ORDER BY p.id) AS paths, array_agg(o.level ORDER BY p.id) AS levels,
             bool_or(EXISTS (SELECT FROM org_succession u WHERE u.tenant_id = t.id AND u.successor = p.org_id)) AS succeeds
        FROM post p JOIN org o ON o.tenant_id = t.id AND o.id = p.org_id
       WHERE p.tenant_id = t.id AND p.account_id = s.account_id
         AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
         AND (p_acting IS NULL OR p.id = p_acting)) AS h
   WHERE t.key = p_tenant_key AND t.state = 'open' AND a.state = 'open'
     AND s.ended_at IS NULL AND p_at < s.expires_at;
  IF v_succeeds THEN
    -- A post counts at its organisation and, for what was left behind, at those that it has succeeded.
    WITH RECURSIVE held AS (
      SELECT i.at, i.org, true AS own FROM unnest(post_orgs) WITH ORDINALITY AS i(org, at)
      UNION
      SELECT held.at, u.predecessor, false
        FROM held JOIN org_succession u ON u.tenant_id = enter.tenant_id AND u.successor = held.org)
    SELECT array_agg(post_ids[h.at] ORDER BY h.at, h.own DESC), array_agg(h.org ORDER BY h.at, h.own DESC), array_agg(post_roles[h.at] ORDER BY h.at, h.own DESC),
           array_agg(post_duties[h.at] ORDER BY h.at, h.own DESC), array_agg(o.path ORDER BY h.at, h.own DESC), array_agg(o.level ORDER BY h.at, h.own DESC)
      INTO post_ids, post_orgs, post_roles, post_duties, post_paths, post_levels
      FROM held h JOIN org o ON o.tenant_id = enter.tenant_id AND o.id = h.org;
  END IF;
  PERFORM set_config('app.tenant', coalesce(tenant_id::text, ''), true), set_config('app.who', coalesce(account_id::text, ''), true),
          -- A post that is not held is none to act under.
          set_config('app.post', CASE WHEN post_ids IS NULL THEN '' ELSE coalesce(p_acting::text, '') END, true),
          set_config('app.orgs', coalesce(post_orgs::text, ''), true),
          set_config('app.roots', coalesce(v_roots::text, ''), true),
          set_config('app.duties', coalesce(array_remove(post_duties, '')::text, ''), true);
  IF tenant_id IS NOT NULL THEN RETURN NEXT; END IF;
END $$;
REVOKE ALL ON FUNCTION sec.enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.enter TO fonds_app;
DROP FUNCTION IF EXISTS sec.context(int, uuid, uuid, timestamptz);
