-- The one way in: reads session, account, posts and policy version from rows, at every request, and sets the context
-- of the transaction. An unknown, ended or expired token and a closed account give no row and no context.
CREATE OR REPLACE FUNCTION sec.context(p_tenant int, p_account uuid, p_acting uuid, p_at timestamptz,
    OUT post_ids uuid[], OUT post_orgs uuid[], OUT post_roles text[], OUT post_duties text[], OUT post_paths text[], OUT post_levels smallint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_roots text[];
BEGIN
  -- A post counts at its organisation and, for what was left behind, at those that it has succeeded.
  WITH RECURSIVE held AS (
    SELECT p.id, p.org_id, p.role, coalesce(p.duty, '') AS duty, true AS own
      FROM post p
     WHERE p.tenant_id = p_tenant AND p.account_id = p_account
       AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
       AND (p_acting IS NULL OR p.id = p_acting)
    UNION
    SELECT held.id, s.predecessor, held.role, held.duty, false
      FROM held JOIN org_succession s ON s.tenant_id = p_tenant AND s.successor = held.org_id)
  SELECT array_agg(h.id ORDER BY h.id, h.own DESC), array_agg(h.org_id ORDER BY h.id, h.own DESC), array_agg(h.role ORDER BY h.id, h.own DESC),
         array_agg(h.duty ORDER BY h.id, h.own DESC), array_agg(o.path ORDER BY h.id, h.own DESC), array_agg(o.level ORDER BY h.id, h.own DESC),
         array_agg(o.path) FILTER (WHERE h.own)
    INTO post_ids, post_orgs, post_roles, post_duties, post_paths, post_levels, v_roots
    FROM held h JOIN org o ON o.tenant_id = p_tenant AND o.id = h.org_id;
  PERFORM set_config('app.tenant', p_tenant::text, true), set_config('app.who', p_account::text, true),
          -- A post that is not held is none to act under.
          set_config('app.post', CASE WHEN post_ids IS NULL THEN '' ELSE coalesce(p_acting::text, '') END, true),
          set_config('app.orgs', coalesce(post_orgs::text, ''), true),
          set_config('app.roots', coalesce(v_roots::text, ''), true),
          set_config('app.duties', coalesce(array_remove(post_duties, '')::text, ''), true);
END $$;
REVOKE ALL ON FUNCTION sec.context FROM PUBLIC;

CREATE OR REPLACE FUNCTION sec.enter(p_tenant_key text, p_token_hash bytea, p_acting uuid, p_at timestamptz)
RETURNS TABLE (tenant_id int, account_id uuid, session_id uuid, locale text, introspect boolean, policy_version bigint,
               post_ids uuid[], post_orgs uuid[], post_roles text[], post_duties text[], post_paths text[], post_levels smallint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', '', true), set_config('app.who', '', true), set_config('app.post', '', true),
          set_config('app.orgs', '', true), set_config('app.roots', '', true), set_config('app.duties', '', true);
  SELECT t.id, s.account_id, s.id, a.locale, s.introspect, t.policy_version
    INTO tenant_id, account_id, session_id, locale, introspect, policy_version
    FROM tenant t
    JOIN session s ON s.tenant_id = t.id AND s.token_hash = p_token_hash
    JOIN account a ON a.tenant_id = t.id AND a.id = s.account_id
   WHERE t.key = p_tenant_key AND t.state = 'open' AND a.state = 'open'
     AND s.ended_at IS NULL AND p_at < s.expires_at;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT c.* INTO post_ids, post_orgs, post_roles, post_duties, post_paths, post_levels
    FROM sec.context(tenant_id, account_id, p_acting, p_at) c;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION sec.enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.enter TO fonds_app;
