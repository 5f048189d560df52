-- Figures of one organisation: folded + pending + live, one statement, one snapshot. The right to see them is checked
-- once, for the organisation, not per row. A row: the child (null = the organisation's own), type, month cell, state.
-- p_cells covers the range with years (yyyy00) and months; p_months lists every month of it, for the live part.
CREATE OR REPLACE FUNCTION sec.figures(p_org uuid, p_cells int[], p_months int[], p_types text[], p_by_child boolean, p_by_month boolean)
RETURNS TABLE (child uuid, type text, month int, state text, n bigint, m1 bigint, m2 bigint, m3 bigint, m4 bigint, m5 bigint, m6 bigint,
               m7 bigint, m8 bigint, m9 bigint, m10 bigint, m11 bigint, m12 bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE v_tenant int := sec.tenant();
BEGIN
  -- Its own or below; and what it continues, which its paths do not reach.
  IF NOT sec.governs(p_org) AND array_position(sec.orgs(), p_org) IS NULL THEN RETURN; END IF;
  RETURN QUERY
  WITH cell AS (
    -- own, at distance 0
    SELECT NULL::uuid AS child, s.type, s.tags, s.month, s.state, 1::bigint AS n, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE s.tenant_id = v_tenant AND s.org_id = p_org AND s.month = ANY (p_months)
    UNION ALL  -- of the children themselves, at distance 1
    SELECT s.org_id, s.type, s.tags, s.month, s.state, 1, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE s.tenant_id = v_tenant AND s.parent_id = p_org AND s.month = ANY (p_months)
    UNION ALL  -- of the grandchildren, by child: folded for the organisation, live for the child
    SELECT s.parent_id, s.type, s.tags, s.month, s.state, 1, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE p_by_child AND s.tenant_id = v_tenant AND s.grandparent_id = p_org AND s.month = ANY (p_months)
    UNION ALL  -- steps not yet folded
    SELECT CASE WHEN p_by_child THEN d.chain[array_position(d.chain, p_org) - 1] END, d.type, d.tags, d.month, d.state, d.n,
           d.m1, d.m2, d.m3, d.m4, d.m5, d.m6, d.m7, d.m8, d.m9, d.m10, d.m11, d.m12
      FROM rollup_delta d
     WHERE d.tenant_id = v_tenant AND d.month = ANY (p_months)
       AND array_position(d.chain, p_org) >= CASE WHEN p_by_child THEN 4 ELSE 3 END
  ), live AS (
    SELECT cell.child, kind.type, cell.month, cell.state, cell.n,
           CASE WHEN kind.whole THEN cell.m1 END AS m1, CASE WHEN kind.whole THEN cell.m2 END AS m2, CASE WHEN kind.whole THEN cell.m3 END AS m3,
           CASE WHEN kind.whole THEN cell.m4 END AS m4, CASE WHEN kind.whole THEN cell.m5 END AS m5, CASE WHEN kind.whole THEN cell.m6 END AS m6,
           CASE WHEN kind.whole THEN cell.m7 END AS m7, CASE WHEN kind.whole THEN cell.m8 END AS m8, CASE WHEN kind.whole THEN cell.m9 END AS m9,
           CASE WHEN kind.whole THEN cell.m10 END AS m10, CASE WHEN kind.whole THEN cell.m11 END AS m11, CASE WHEN kind.whole THEN cell.m12 END AS m12
      FROM cell CROSS JOIN LATERAL (
        SELECT '*'::text COLLATE "C" AS type, true AS whole
        UNION ALL SELECT cell.type, true
        UNION ALL SELECT tag COLLATE "C", false FROM unnest(cell.tags) AS tag) AS kind
     WHERE kind.type = ANY (p_types)
    UNION ALL  -- folded, distance ≥ 2
    SELECT NULL, r.type, r.month, r.state, r.n, r.m1, r.m2, r.m3, r.m4, r.m5, r.m6, r.m7, r.m8, r.m9, r.m10, r.m11, r.m12
      FROM rollup r WHERE NOT p_by_child AND r.tenant_id = v_tenant AND r.org_id = p_org AND r.type = ANY (p_types) AND r.month = ANY (p_cells)
    UNION ALL
    SELECT r.org_id, r.type, r.month, r.state, r.n, r.m1, r.m2, r.m3, r.m4, r.m5, r.m6, r.m7, r.m8, r.m9, r.m10, r.m11, r.m12
      FROM rollup r WHERE p_by_child AND r.tenant_id = v_tenant AND r.up_id = p_org AND r.type = ANY (p_types) AND r.month = ANY (p_cells)
  )
  SELECT CASE WHEN p_by_child THEN live.child END, live.type, CASE WHEN p_by_month THEN live.month END, live.state,
         sum(live.n)::bigint, coalesce(sum(live.m1), 0)::bigint, coalesce(sum(live.m2), 0)::bigint, coalesce(sum(live.m3), 0)::bigint,
         coalesce(sum(live.m4), 0)::bigint, coalesce(sum(live.m5), 0)::bigint, coalesce(sum(live.m6), 0)::bigint, coalesce(sum(live.m7), 0)::bigint,
         coalesce(sum(live.m8), 0)::bigint, coalesce(sum(live.m9), 0)::bigint, coalesce(sum(live.m10), 0)::bigint, coalesce(sum(live.m11), 0)::bigint,
         coalesce(sum(live.m12), 0)::bigint
    FROM live GROUP BY 1, 2, 3, 4 HAVING sum(live.n) <> 0;
END $$;
ALTER FUNCTION sec.figures OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.figures TO fonds_app, fonds_worker;

-- Folds a batch of pending deltas of one tenant into the ancestors at distance ≥ 2, by month and by year. One folder per
-- tenant; a reader sees a delta either pending or folded, never both.
CREATE OR REPLACE FUNCTION sec.fold(p_tenant int, p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_taken bigint;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF NOT pg_try_advisory_xact_lock(1718578276, p_tenant) THEN RETURN 0; END IF;
  WITH batch AS (
    DELETE FROM rollup_delta d USING (
      SELECT id FROM rollup_delta WHERE tenant_id = p_tenant ORDER BY id LIMIT p_limit) AS b
     WHERE d.tenant_id = p_tenant AND d.id = b.id RETURNING d.*
  ), spread AS (
    SELECT d.chain[i] AS org_id, coalesce(d.chain[i + 1], '00000000-0000-0000-0000-000000000000') AS up_id, kind.type, grain.month, d.state, kind.whole,
           d.n, d.m1, d.m2, d.m3, d.m4, d.m5, d.m6, d.m7, d.m8, d.m9, d.m10, d.m11, d.m12
      FROM batch d
      CROSS JOIN LATERAL generate_series(3, cardinality(d.chain)) AS i
      CROSS JOIN LATERAL (VALUES (d.month), (d.month / 100 * 100)) AS grain(month)
      CROSS JOIN LATERAL (SELECT '*'::text AS type, true AS whole UNION ALL SELECT d.type, true UNION ALL SELECT tag, false FROM unnest(d.tags) AS tag) AS kind
  ), written AS (
    INSERT INTO rollup AS r (tenant_id, org_id, up_id, type, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12)
    SELECT p_tenant, org_id, up_id, type, month, state, sum(n),
           coalesce(sum(m1) FILTER (WHERE whole), 0), coalesce(sum(m2) FILTER (WHERE whole), 0), coalesce(sum(m3) FILTER (WHERE whole), 0),
           coalesce(sum(m4) FILTER (WHERE whole), 0), coalesce(sum(m5) FILTER (WHERE whole), 0), coalesce(sum(m6) FILTER (WHERE whole), 0),
           coalesce(sum(m7) FILTER (WHERE whole), 0), coalesce(sum(m8) FILTER (WHERE whole), 0), coalesce(sum(m9) FILTER (WHERE whole), 0),
           coalesce(sum(m10) FILTER (WHERE whole), 0), coalesce(sum(m11) FILTER (WHERE whole), 0), coalesce(sum(m12) FILTER (WHERE whole), 0)
      FROM spread GROUP BY org_id, up_id, type, month, state
    ON CONFLICT (tenant_id, org_id, type, month, state, up_id) DO UPDATE SET n = r.n + excluded.n,
      m1 = r.m1 + excluded.m1, m2 = r.m2 + excluded.m2, m3 = r.m3 + excluded.m3, m4 = r.m4 + excluded.m4, m5 = r.m5 + excluded.m5, m6 = r.m6 + excluded.m6,
      m7 = r.m7 + excluded.m7, m8 = r.m8 + excluded.m8, m9 = r.m9 + excluded.m9, m10 = r.m10 + excluded.m10, m11 = r.m11 + excluded.m11, m12 = r.m12 + excluded.m12
    RETURNING 1)
  SELECT count(*) INTO v_taken FROM batch;
  RETURN v_taken;
END $$;
ALTER FUNCTION sec.fold OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.fold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.fold TO fonds_worker;

-- Recomputes every folded cell from the submissions and gives those that differ from folded + pending.
CREATE OR REPLACE FUNCTION sec.verify_rollups(p_tenant int)
RETURNS TABLE (org_id uuid, up_id uuid, type text, month int, state text, expected bigint[], found bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH step AS (
    SELECT s.chain, s.type, s.tags, s.month, s.state, 1::bigint AS n, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12, true AS wanted
      FROM submission s WHERE s.tenant_id = p_tenant
    UNION ALL
    SELECT d.chain, d.type, d.tags, d.month, d.state, d.n, d.m1, d.m2, d.m3, d.m4, d.m5, d.m6, d.m7, d.m8, d.m9, d.m10, d.m11, d.m12, false
      FROM rollup_delta d WHERE d.tenant_id = p_tenant
  ), cell AS (
    SELECT t.chain[i] AS org_id, coalesce(t.chain[i + 1], '00000000-0000-0000-0000-000000000000') AS up_id, kind.type, grain.month, t.state, t.wanted, t.n,
           CASE WHEN kind.whole THEN ARRAY[m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] ELSE array_fill(0::bigint, ARRAY[12]) END AS m
      FROM step t
      CROSS JOIN LATERAL generate_series(3, cardinality(t.chain)) AS i
      CROSS JOIN LATERAL (VALUES (t.month), (t.month / 100 * 100)) AS grain(month)
      CROSS JOIN LATERAL (SELECT '*'::text AS type, true AS whole UNION ALL SELECT t.type, true UNION ALL SELECT tag, false FROM unnest(t.tags) AS tag) AS kind
    UNION ALL
    SELECT r.org_id, r.up_id, r.type, r.month, r.state, false, r.n, ARRAY[m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12]
      FROM rollup r WHERE r.tenant_id = p_tenant
  ), long AS (
    SELECT c.org_id, c.up_id, c.type, c.month, c.state, c.wanted, v.k, v.x
      FROM cell c CROSS JOIN LATERAL unnest(ARRAY[c.n] || c.m) WITH ORDINALITY AS v(x, k)
  ), summed AS (
    SELECT org_id, up_id, type, month, state, k,
           coalesce(sum(x) FILTER (WHERE wanted), 0)::bigint AS expected, coalesce(sum(x) FILTER (WHERE NOT wanted), 0)::bigint AS found
      FROM long GROUP BY org_id, up_id, type, month, state, k)
  SELECT org_id, up_id, type, month, state, array_agg(expected ORDER BY k), array_agg(found ORDER BY k)
    FROM summed GROUP BY org_id, up_id, type, month, state HAVING bool_or(expected <> found)
$$;
REVOKE ALL ON FUNCTION sec.verify_rollups FROM PUBLIC;

-- The only places that look across tenants.
CREATE OR REPLACE FUNCTION sec.tenants_with_work() RETURNS TABLE (tenant_id int, pending bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id, (SELECT count(*) FROM (SELECT FROM rollup_delta d WHERE d.tenant_id = t.id LIMIT 100000) AS waiting)
    FROM tenant t WHERE EXISTS (SELECT FROM rollup_delta d WHERE d.tenant_id = t.id)
$$;
REVOKE ALL ON FUNCTION sec.tenants_with_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.tenants_with_work TO fonds_worker;

-- Answers kept for repeated requests go after a day; sessions a month after their end.
CREATE OR REPLACE FUNCTION sec.clear_expired(p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_keys bigint; v_sessions bigint;
BEGIN
  DELETE FROM idempotency WHERE at < p_at - interval '24 hours';
  GET DIAGNOSTICS v_keys = ROW_COUNT;
  DELETE FROM session WHERE coalesce(ended_at, expires_at) < p_at - interval '30 days';
  GET DIAGNOSTICS v_sessions = ROW_COUNT;
  RETURN v_keys + v_sessions;
END $$;
REVOKE ALL ON FUNCTION sec.clear_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.clear_expired TO fonds_worker;

-- How much waits to be folded and relayed, for the metrics; counted up to 100,000.
DROP FUNCTION IF EXISTS sec.queue_depth();
CREATE FUNCTION sec.queue_depth() RETURNS TABLE (deltas bigint, outbox bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT (SELECT count(*) FROM (SELECT FROM rollup_delta LIMIT 100000) AS waiting), (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS waiting)
$$;
REVOKE ALL ON FUNCTION sec.queue_depth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.queue_depth TO fonds_app, fonds_worker;
