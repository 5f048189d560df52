-- Figures of one organisation: folded + pending + live, one statement, one snapshot. The right to see them is checked
-- once, for the organisation, not per row. A row: the child (null = the organisation's own), type, month cell, state.
-- p_cells covers the range with years (yyyy00) and months; p_months lists every month of it in order, for the live part.
-- The plan is made once a session, for whatever organisation comes: what is live is one range of an index for each part,
-- what is folded one look for each type and cell (OFFSET 0 keeps the planner from reading all cells of the organisation).
-- Ranges are read in the index alone: of the steps that were folded since the last vacuum a sequential or a bitmap scan
-- would read every one at every question; an index scan marks them dead for the next (100,000 of them: 15 ms, 0.3 ms).
CREATE OR REPLACE FUNCTION sec.figures(p_org uuid, p_cells int[], p_months int[], p_types text[], p_by_child boolean, p_by_month boolean)
RETURNS TABLE (child uuid, type text, month int, state text, n bigint, m1 bigint, m2 bigint, m3 bigint, m4 bigint, m5 bigint, m6 bigint,
               m7 bigint, m8 bigint, m9 bigint, m10 bigint, m11 bigint, m12 bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE v_tenant int := sec.tenant(); v_first int := p_months[1]; v_last int := p_months[cardinality(p_months)];
BEGIN
  -- Its own or below; and what it continues, which its paths do not reach.
  IF NOT sec.governs(p_org) AND array_position(sec.orgs(), p_org) IS NULL THEN RETURN; END IF;
  RETURN QUERY
  WITH live AS MATERIALIZED (
    -- own, at distance 0
    SELECT NULL::uuid AS child, s.type, s.tags, s.month, s.state, 1::bigint AS n, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE s.tenant_id = v_tenant AND s.org_id = p_org AND s.month BETWEEN v_first AND v_last
    UNION ALL  -- of the children themselves, at distance 1
    SELECT s.org_id, s.type, s.tags, s.month, s.state, 1, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE s.tenant_id = v_tenant AND s.parent_id = p_org AND s.month BETWEEN v_first AND v_last
    UNION ALL  -- of the grandchildren, by child: folded for the organisation, live for the child
    SELECT s.parent_id, s.type, s.tags, s.month, s.state, 1, s.m1, s.m2, s.m3, s.m4, s.m5, s.m6, s.m7, s.m8, s.m9, s.m10, s.m11, s.m12
      FROM submission s WHERE p_by_child AND s.tenant_id = v_tenant AND s.grandparent_id = p_org AND s.month BETWEEN v_first AND v_last
    UNION ALL  -- steps not yet folded
    SELECT d.chain[array_position(d.chain, p_org) - 1], d.type, d.tags, d.month, d.state, d.n,
           d.m1, d.m2, d.m3, d.m4, d.m5, d.m6, d.m7, d.m8, d.m9, d.m10, d.m11, d.m12
      FROM rollup_delta d
     WHERE d.tenant_id = v_tenant AND d.month BETWEEN v_first AND v_last
       AND array_position(d.chain, p_org) >= CASE WHEN p_by_child THEN 4 ELSE 3 END
  ), wanted AS (
    SELECT DISTINCT type COLLATE "C" AS type, month FROM unnest(p_types) AS type CROSS JOIN unnest(p_cells) AS month
  ), cell AS (
    -- all types, each record once
    SELECT l.child, '*'::text COLLATE "C" AS type, l.month, l.state, l.n, l.m1, l.m2, l.m3, l.m4, l.m5, l.m6, l.m7, l.m8, l.m9, l.m10, l.m11, l.m12
      FROM live l WHERE '*' = ANY (p_types)
    UNION ALL
    SELECT l.child, l.type, l.month, l.state, l.n, l.m1, l.m2, l.m3, l.m4, l.m5, l.m6, l.m7, l.m8, l.m9, l.m10, l.m11, l.m12
      FROM live l WHERE l.type = ANY (p_types)
    UNION ALL  -- for a tag it counts by number only
    SELECT l.child, tag COLLATE "C", l.month, l.state, l.n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
      FROM live l CROSS JOIN LATERAL unnest(l.tags) AS tag WHERE tag = ANY (p_types)
    UNION ALL  -- folded, distance ≥ 2
    SELECT NULL, w.type, w.month, r.state, r.n, r.m1, r.m2, r.m3, r.m4, r.m5, r.m6, r.m7, r.m8, r.m9, r.m10, r.m11, r.m12
      FROM wanted w CROSS JOIN LATERAL (
        SELECT f.state, f.n, f.m1, f.m2, f.m3, f.m4, f.m5, f.m6, f.m7, f.m8, f.m9, f.m10, f.m11, f.m12
          FROM rollup f WHERE f.tenant_id = v_tenant AND f.org_id = p_org AND f.type = w.type AND f.month = w.month OFFSET 0) AS r
     WHERE NOT p_by_child
    UNION ALL
    SELECT r.org_id, w.type, w.month, r.state, r.n, r.m1, r.m2, r.m3, r.m4, r.m5, r.m6, r.m7, r.m8, r.m9, r.m10, r.m11, r.m12
      FROM wanted w CROSS JOIN LATERAL (
        SELECT f.org_id, f.state, f.n, f.m1, f.m2, f.m3, f.m4, f.m5, f.m6, f.m7, f.m8, f.m9, f.m10, f.m11, f.m12
          FROM rollup f WHERE f.tenant_id = v_tenant AND f.up_id = p_org AND f.type = w.type AND f.month = w.month OFFSET 0) AS r
     WHERE p_by_child
  )
  SELECT CASE WHEN p_by_child THEN cell.child END, cell.type, CASE WHEN p_by_month THEN cell.month END, cell.state,
         sum(cell.n)::bigint, sum(cell.m1)::bigint, sum(cell.m2)::bigint, sum(cell.m3)::bigint, sum(cell.m4)::bigint, sum(cell.m5)::bigint,
         sum(cell.m6)::bigint, sum(cell.m7)::bigint, sum(cell.m8)::bigint, sum(cell.m9)::bigint, sum(cell.m10)::bigint,
         sum(cell.m11)::bigint, sum(cell.m12)::bigint
    FROM cell GROUP BY 1, 2, 3, 4 HAVING sum(cell.n) <> 0;
END $$;
ALTER FUNCTION sec.figures OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.figures TO fonds_app, fonds_worker;

-- The submissions behind a number that the actor's own organisation has received: the newest month first, then the newest
-- number, after (p_after_month, p_after_no). One range of receipt_drill for each type, backwards, as far as the page goes;
-- a type is met by the primary type or by a tag. p_child: only what came through it; p_org itself: what it registered
-- itself. Up to p_ceiling of confidentiality, its own only above p_own (those up to there are listed as its own).
-- Whatever was recalled is held by nobody.
CREATE OR REPLACE FUNCTION sec.drill(p_org uuid, p_first int, p_last int, p_type text, p_state text, p_child uuid, p_ceiling smallint, p_own smallint,
    p_after_month int, p_after_no bigint, p_limit int)
RETURNS TABLE (month int, no bigint, record_id uuid, round int, origin_id uuid, type text, title text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE v_tenant int := sec.tenant();
BEGIN
  IF array_position(sec.orgs(), p_org) IS NULL OR p_state = 'withdrawn' THEN RETURN; END IF;
  RETURN QUERY
  SELECT held.month, held.no, held.record_id, held.round, held.origin_id, held.type, held.title
    FROM (SELECT DISTINCT code FROM record_type WHERE tenant_id = v_tenant) AS t CROSS JOIN LATERAL (
      SELECT q.month, q.no, q.record_id, q.round, q.origin_id, q.type, q.title
        FROM receipt q JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
       WHERE q.tenant_id = v_tenant AND q.org_id = p_org AND q.type = t.code AND q.month BETWEEN p_first AND p_last
         AND (q.month, q.no) < (p_after_month, p_after_no)
         AND q.state NOT IN ('withdrawn','recalled') AND (p_child IS NULL OR coalesce(q.via_id, q.org_id) = p_child)
         AND q.confidentiality <= p_ceiling AND (q.origin_id <> q.org_id OR q.confidentiality > p_own)
         AND s.state = p_state AND (p_type IN ('*', t.code) OR p_type = ANY (s.tags))
       ORDER BY q.month DESC, q.no DESC LIMIT p_limit) AS held
   ORDER BY held.month DESC, held.no DESC LIMIT p_limit;
END $$;
ALTER FUNCTION sec.drill OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.drill FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.drill TO fonds_app;

-- How many sec.drill has; p_limit at the most.
CREATE OR REPLACE FUNCTION sec.drill_count(p_org uuid, p_first int, p_last int, p_type text, p_state text, p_child uuid, p_ceiling smallint, p_own smallint,
    p_limit int)
RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE v_tenant int := sec.tenant();
BEGIN
  IF array_position(sec.orgs(), p_org) IS NULL OR p_state = 'withdrawn' THEN RETURN 0; END IF;
  RETURN (SELECT count(*) FROM (
    SELECT FROM (SELECT DISTINCT code FROM record_type WHERE tenant_id = v_tenant) AS t CROSS JOIN LATERAL (
      SELECT FROM receipt q JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
       WHERE q.tenant_id = v_tenant AND q.org_id = p_org AND q.type = t.code AND q.month BETWEEN p_first AND p_last
         AND q.state NOT IN ('withdrawn','recalled') AND (p_child IS NULL OR coalesce(q.via_id, q.org_id) = p_child)
         AND q.confidentiality <= p_ceiling AND (q.origin_id <> q.org_id OR q.confidentiality > p_own)
         AND s.state = p_state AND (p_type IN ('*', t.code) OR p_type = ANY (s.tags)) LIMIT p_limit) AS held
     LIMIT p_limit) AS counted);
END $$;
ALTER FUNCTION sec.drill_count OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.drill_count FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.drill_count TO fonds_app;

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

-- Recomputes every folded cell from the submissions and gives those that differ from folded + pending. All that the fold
-- reads of a chain is chain[3:]: what is equal in that is summed before it is spread over types and grains, and once more
-- before it goes up to every ancestor.
CREATE OR REPLACE FUNCTION sec.verify_rollups(p_tenant int)
RETURNS TABLE (org_id uuid, up_id uuid, type text, month int, state text, expected bigint[], found bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET work_mem = '128MB' AS $$
  WITH step AS (
    SELECT s.chain[3:] AS up, s.type, s.tags, s.month, s.state, true AS wanted, count(*) AS n,
           sum(s.m1)::bigint AS m1, sum(s.m2)::bigint AS m2, sum(s.m3)::bigint AS m3, sum(s.m4)::bigint AS m4, sum(s.m5)::bigint AS m5,
           sum(s.m6)::bigint AS m6, sum(s.m7)::bigint AS m7, sum(s.m8)::bigint AS m8, sum(s.m9)::bigint AS m9, sum(s.m10)::bigint AS m10,
           sum(s.m11)::bigint AS m11, sum(s.m12)::bigint AS m12
      FROM submission s WHERE s.tenant_id = p_tenant AND cardinality(s.chain) >= 3 GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT d.chain[3:], d.type, d.tags, d.month, d.state, false, sum(d.n)::bigint,
           sum(d.m1)::bigint, sum(d.m2)::bigint, sum(d.m3)::bigint, sum(d.m4)::bigint, sum(d.m5)::bigint, sum(d.m6)::bigint,
           sum(d.m7)::bigint, sum(d.m8)::bigint, sum(d.m9)::bigint, sum(d.m10)::bigint, sum(d.m11)::bigint, sum(d.m12)::bigint
      FROM rollup_delta d WHERE d.tenant_id = p_tenant AND cardinality(d.chain) >= 3 GROUP BY 1, 2, 3, 4, 5
  ), spread AS (  -- for a tag it counts by number only
    SELECT t.up, kind.type, grain.month, t.state, t.wanted, sum(t.n)::bigint AS n,
           sum(t.m1 * kind.whole)::bigint AS m1, sum(t.m2 * kind.whole)::bigint AS m2, sum(t.m3 * kind.whole)::bigint AS m3,
           sum(t.m4 * kind.whole)::bigint AS m4, sum(t.m5 * kind.whole)::bigint AS m5, sum(t.m6 * kind.whole)::bigint AS m6,
           sum(t.m7 * kind.whole)::bigint AS m7, sum(t.m8 * kind.whole)::bigint AS m8, sum(t.m9 * kind.whole)::bigint AS m9,
           sum(t.m10 * kind.whole)::bigint AS m10, sum(t.m11 * kind.whole)::bigint AS m11, sum(t.m12 * kind.whole)::bigint AS m12
      FROM step t
      CROSS JOIN LATERAL (VALUES (t.month), (t.month / 100 * 100)) AS grain(month)
      CROSS JOIN LATERAL (SELECT '*'::text AS type, 1 AS whole UNION ALL SELECT t.type, 1 UNION ALL SELECT tag, 0 FROM unnest(t.tags) AS tag) AS kind
     GROUP BY 1, 2, 3, 4, 5
  ), cell AS (
    SELECT t.up[i] AS org_id, coalesce(t.up[i + 1], '00000000-0000-0000-0000-000000000000') AS up_id, t.type, t.month, t.state, t.wanted,
           t.n, t.m1, t.m2, t.m3, t.m4, t.m5, t.m6, t.m7, t.m8, t.m9, t.m10, t.m11, t.m12
      FROM spread t CROSS JOIN LATERAL generate_series(1, cardinality(t.up)) AS i
    UNION ALL
    SELECT r.org_id, r.up_id, r.type, r.month, r.state, false,
           r.n, r.m1, r.m2, r.m3, r.m4, r.m5, r.m6, r.m7, r.m8, r.m9, r.m10, r.m11, r.m12
      FROM rollup r WHERE r.tenant_id = p_tenant
  ), summed AS (
    SELECT c.org_id, c.up_id, c.type, c.month, c.state, c.wanted,
           ARRAY[sum(c.n), sum(c.m1), sum(c.m2), sum(c.m3), sum(c.m4), sum(c.m5), sum(c.m6), sum(c.m7), sum(c.m8), sum(c.m9), sum(c.m10), sum(c.m11), sum(c.m12)]::bigint[] AS numbers
      FROM cell c GROUP BY 1, 2, 3, 4, 5, 6
  ), compared AS (
    SELECT s.org_id, s.up_id, s.type, s.month, s.state,
           coalesce(max(s.numbers) FILTER (WHERE s.wanted), array_fill(0::bigint, ARRAY[13])) AS expected,
           coalesce(max(s.numbers) FILTER (WHERE NOT s.wanted), array_fill(0::bigint, ARRAY[13])) AS found
      FROM summed s GROUP BY 1, 2, 3, 4, 5)
  SELECT org_id, up_id, type, month, state, expected, found FROM compared WHERE expected <> found
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
