-- Structure: one advisory lock per tenant, because two moves at once could make a cycle. Receipts and submissions are
-- never touched: what was reported stays reported where it was.

CREATE OR REPLACE FUNCTION sec.lock_structure() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT pg_advisory_xact_lock(1178879059, sec.tenant()) $$;
ALTER FUNCTION sec.lock_structure OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.lock_structure FROM PUBLIC;

-- Who may change structure at or below p_org at all; casbin knows the rest.
CREATE OR REPLACE FUNCTION sec.check_structure(p_org uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_org IS NULL OR NOT sec.governs(p_org) OR NOT sec.duties() && '{system,organisation}' OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'org: not governed by the actor' USING ERRCODE = 'FD002';
  END IF;
END $$;
ALTER FUNCTION sec.check_structure OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.check_structure FROM PUBLIC;

-- Ends the version that is valid now at p_from and begins a new one. On the axis of recording nothing is overwritten: the
-- old row is superseded, and stands again with its end.
CREATE OR REPLACE FUNCTION sec.write_org_version(p_old org_version, p_new org_version, p_closed_id uuid, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_new org_version := p_new; v_old org_version := p_old;
BEGIN
  v_new.tenant_id := sec.tenant(); v_new.recorded_at := p_at; v_new.recorded_by := sec.who();
  v_new.superseded_at := NULL; v_new.valid_to := NULL;
  IF p_old.id IS NOT NULL THEN
    UPDATE org_version SET superseded_at = p_at WHERE tenant_id = sec.tenant() AND id = p_old.id AND superseded_at IS NULL;
    IF NOT FOUND THEN RAISE EXCEPTION 'org: changed meanwhile' USING ERRCODE = 'FD001'; END IF;
    IF p_old.valid_from < v_new.valid_from THEN
      v_old.id := p_closed_id; v_old.valid_to := v_new.valid_from; v_old.recorded_at := p_at; v_old.recorded_by := sec.who(); v_old.superseded_at := NULL;
      INSERT INTO org_version SELECT (v_old).*;
    END IF;
  END IF;
  INSERT INTO org_version SELECT (v_new).*;
END $$;
ALTER FUNCTION sec.write_org_version OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_org_version FROM PUBLIC;

CREATE OR REPLACE FUNCTION sec.current_org_version(p_org uuid) RETURNS org_version LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT v FROM org_version v WHERE v.tenant_id = sec.tenant() AND v.org_id = p_org AND v.valid_to IS NULL AND v.superseded_at IS NULL $$;
ALTER FUNCTION sec.current_org_version OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.current_org_version FROM PUBLIC;

-- First day of which the organisation is known. Nothing hangs below a superior that was not there yet.
CREATE OR REPLACE FUNCTION sec.known_since(p_org uuid) RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT min(valid_from) FROM org_version WHERE tenant_id = sec.tenant() AND org_id = p_org AND superseded_at IS NULL $$;
ALTER FUNCTION sec.known_since OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.known_since FROM PUBLIC;

-- Founds an organisation below another: on the next level, or further down where the tree leaves levels out (a district
-- stands directly below a municipality).
CREATE OR REPLACE FUNCTION sec.create_org(p_id uuid, p_version uuid, p_parent uuid, p_level smallint, p_kind text, p_code text, p_name text, p_short_name text,
    p_formation text, p_unit_name text, p_unit_code text, p_unit_category text, p_term_start date, p_term_years smallint,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE up org; v org_version; v_label bigint; v_levels int; v_level smallint;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_parent);
  SELECT * INTO up FROM org WHERE tenant_id = sec.tenant() AND id = p_parent FOR NO KEY UPDATE;
  IF up.state IS DISTINCT FROM 'active' THEN RAISE EXCEPTION 'org: the superior is closed' USING ERRCODE = 'FD001'; END IF;
  IF p_from < sec.known_since(p_parent) THEN RAISE EXCEPTION 'org: the superior was not there yet' USING ERRCODE = 'FD001'; END IF;
  SELECT jsonb_array_length(levels) INTO v_levels FROM tenant WHERE id = sec.tenant();
  v_level := coalesce(p_level, up.level + 1);
  IF v_level <= up.level OR v_level > v_levels THEN RAISE EXCEPTION 'org: no level below' USING ERRCODE = 'FD001'; END IF;
  UPDATE tenant SET next_org = next_org + 1 WHERE id = sec.tenant() RETURNING next_org - 1 INTO v_label;
  INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, short_name, established_on)
  VALUES (sec.tenant(), p_id, p_parent, v_label, up.path || to_hex(v_label) || '/', v_level, p_kind, p_code, p_name, p_short_name, p_from);
  v.id := p_version; v.org_id := p_id; v.parent_id := p_parent; v.level := v_level; v.kind := p_kind; v.code := p_code; v.name := p_name;
  v.short_name := p_short_name; v.formation := p_formation; v.unit_name := p_unit_name; v.unit_code := p_unit_code;
  v.unit_category := p_unit_category; v.term_start := p_term_start; v.term_years := p_term_years;
  v.state := 'active'; v.valid_from := p_from; v.change := 'establish';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(NULL::org_version, v, NULL, p_at);
END $$;
ALTER FUNCTION sec.create_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.create_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.create_org TO fonds_app;

CREATE OR REPLACE FUNCTION sec.rename_org(p_org uuid, p_version uuid, p_closed uuid, p_name text, p_short_name text,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org; old org_version; v org_version;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR NO KEY UPDATE;
  old := sec.current_org_version(p_org);
  IF old.state IS DISTINCT FROM 'active' OR p_from < old.valid_from THEN RAISE EXCEPTION 'org: changed meanwhile' USING ERRCODE = 'FD001'; END IF;
  v := old; v.id := p_version; v.level := me.level; v.name := p_name; v.short_name := p_short_name; v.valid_from := p_from; v.change := 'rename';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(old, v, p_closed, p_at);
  UPDATE org SET name = p_name, short_name = p_short_name WHERE tenant_id = sec.tenant() AND id = p_org;
END $$;
ALTER FUNCTION sec.rename_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.rename_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.rename_org TO fonds_app;

-- Would p_org come to stand below itself on any day from p_from on, if it hung below p_parent? Asks today's line, and the
-- superiors that p_parent and they have had since: conservative, because two of them may never have been at once.
CREATE OR REPLACE FUNCTION sec.makes_cycle(p_org uuid, p_parent uuid, p_from date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE line(id) AS (
    SELECT p_parent
    UNION
    SELECT ov.parent_id FROM line JOIN org_version ov ON ov.tenant_id = sec.tenant() AND ov.org_id = line.id AND ov.superseded_at IS NULL
     WHERE ov.parent_id IS NOT NULL AND (ov.valid_to IS NULL OR ov.valid_to > p_from))
  SELECT EXISTS (SELECT FROM line WHERE id = p_org) $$;
ALTER FUNCTION sec.makes_cycle OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.makes_cycle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.makes_cycle TO fonds_app;

-- Dates the levels of what stands below p_org, after a move has changed them: as sec.write_org_version, by sets.
CREATE OR REPLACE FUNCTION sec.write_levels(p_org uuid, p_from date, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH below AS (
    SELECT o.id, o.level FROM org me JOIN org o ON o.tenant_id = me.tenant_id AND o.path > me.path AND o.path < me.path || 'g'
     WHERE me.tenant_id = sec.tenant() AND me.id = p_org),
  old AS (
    UPDATE org_version v SET superseded_at = p_at FROM below
     WHERE v.tenant_id = sec.tenant() AND v.org_id = below.id AND v.valid_to IS NULL AND v.superseded_at IS NULL AND v.level <> below.level
    RETURNING v.*, below.level AS new_level),
  written AS (
    SELECT *, level AS written_level, valid_from AS written_from, p_from AS written_to, change AS written_change FROM old WHERE valid_from < p_from
    UNION ALL
    SELECT *, new_level, greatest(valid_from, p_from), NULL, 'move' FROM old)
  INSERT INTO org_version (tenant_id, id, org_id, parent_id, level, kind, code, name, short_name, formation, unit_name, unit_code, unit_category,
    term_start, term_years, state, valid_from, valid_to, recorded_at, recorded_by, change, document_no, document_date, reason)
  SELECT tenant_id, gen_random_uuid(), org_id, parent_id, written_level, kind, code, name, short_name, formation, unit_name, unit_code, unit_category,
    term_start, term_years, state, written_from, written_to, p_at, sec.who(), written_change, document_no, document_date, reason FROM written $$;
ALTER FUNCTION sec.write_levels OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_levels FROM PUBLIC;

-- Moves the organisation with its whole subtree. It keeps its level where that is below the new superior's (a county that
-- comes directly below a province stays a county), unless another is asked for; otherwise it comes to the next one. What is
-- below goes along.
CREATE OR REPLACE FUNCTION sec.move_org(p_org uuid, p_version uuid, p_closed uuid, p_parent uuid, p_level smallint,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org; up org; old org_version; v org_version; v_path text; v_levels int; v_deepest int; v_down int;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org), sec.check_structure(p_parent);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR NO KEY UPDATE;
  SELECT * INTO up FROM org WHERE tenant_id = sec.tenant() AND id = p_parent FOR SHARE;
  old := sec.current_org_version(p_org);
  IF old.state IS DISTINCT FROM 'active' OR up.state IS DISTINCT FROM 'active' OR p_from < old.valid_from
     OR p_from < sec.known_since(p_parent) THEN
    RAISE EXCEPTION 'org: changed meanwhile' USING ERRCODE = 'FD001';
  END IF;
  IF me.parent_id IS NULL OR starts_with(up.path, me.path) OR sec.makes_cycle(p_org, p_parent, p_from) THEN
    RAISE EXCEPTION 'org: a cycle' USING ERRCODE = 'FD001';
  END IF;
  SELECT jsonb_array_length(levels) INTO v_levels FROM tenant WHERE id = sec.tenant();
  SELECT max(level) INTO v_deepest FROM org WHERE tenant_id = sec.tenant() AND path >= me.path AND path < me.path || 'g';
  v_down := coalesce(p_level, greatest(up.level + 1, me.level)) - me.level;
  IF me.level + v_down <= up.level OR v_deepest + v_down > v_levels THEN RAISE EXCEPTION 'org: no level below' USING ERRCODE = 'FD001'; END IF;
  v := old; v.id := p_version; v.parent_id := p_parent; v.level := me.level + v_down; v.valid_from := p_from; v.change := 'move';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(old, v, p_closed, p_at);
  v_path := up.path || to_hex(me.label) || '/';
  UPDATE org SET parent_id = CASE WHEN id = p_org THEN p_parent ELSE parent_id END,
         path = v_path || substr(path, length(me.path) + 1), level = level + v_down
   WHERE tenant_id = sec.tenant() AND path >= me.path AND path < me.path || 'g';
  IF v_down <> 0 THEN PERFORM sec.write_levels(p_org, p_from, p_at); END IF;
END $$;
ALTER FUNCTION sec.move_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.move_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.move_org TO fonds_app;

-- What stands in the way of closing, and what a move carries: counts over the organisation and all below, for the
-- preview and the refusal. children: those at work directly below; child_until: the last day on which there was one;
-- awaited: under review where the organisation is no superior any more, but to come to it on the route that was frozen when
-- they were sent. Counted when there are no children: until then they are under review below it.
DROP FUNCTION IF EXISTS sec.open_work(uuid, timestamptz);
CREATE FUNCTION sec.open_work(p_org uuid, p_at timestamptz)
RETURNS TABLE (orgs bigint, children bigint, posts bigint, in_review bigint, pending bigint, awaited bigint, drafts bigint, deepest smallint,
               child_until date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org;
BEGIN
  PERFORM sec.check_structure(p_org);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org;
  SELECT count(*) FILTER (WHERE state = 'active'), max(level) INTO orgs, deepest
    FROM org WHERE tenant_id = me.tenant_id AND path >= me.path AND path < me.path || 'g';
  SELECT count(*) INTO children FROM org WHERE tenant_id = me.tenant_id AND parent_id = p_org AND state = 'active';
  SELECT max(valid_to) INTO child_until FROM org_version
   WHERE tenant_id = me.tenant_id AND parent_id = p_org AND superseded_at IS NULL AND state = 'active';
  SELECT count(*) INTO posts FROM org o JOIN post p ON p.tenant_id = o.tenant_id AND p.org_id = o.id
   WHERE o.tenant_id = me.tenant_id AND o.path >= me.path AND o.path < me.path || 'g' AND (p.valid_to IS NULL OR p.valid_to > p_at);
  SELECT count(*) FILTER (WHERE r.state = 'in_review'), count(*) FILTER (WHERE r.state <> 'in_review') INTO in_review, drafts
    FROM org o JOIN record r ON r.tenant_id = o.tenant_id AND r.org_id = o.id
   WHERE o.tenant_id = me.tenant_id AND o.path >= me.path AND o.path < me.path || 'g'
     AND r.state IN ('in_review','draft','returned','withdrawn');
  SELECT count(*) INTO pending FROM org o JOIN receipt r ON r.tenant_id = o.tenant_id AND r.org_id = o.id
   WHERE o.tenant_id = me.tenant_id AND o.path >= me.path AND o.path < me.path || 'g' AND r.state = 'pending';
  awaited := 0;
  -- Whoever sent it stands two steps below or more: the folded figures tell whether there is any. Only then are routes read.
  IF children = 0 AND (
       EXISTS (SELECT FROM rollup f WHERE f.tenant_id = me.tenant_id AND f.org_id = p_org AND f.type = '*' AND f.state = 'in_review' AND f.n <> 0)
       OR EXISTS (SELECT FROM rollup_delta d WHERE d.tenant_id = me.tenant_id AND d.state = 'in_review' AND p_org = ANY (d.chain))) THEN
    SELECT count(*) INTO awaited
      FROM receipt r JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.record_id AND s.round = r.round
     WHERE r.tenant_id = me.tenant_id AND r.state = 'pending' AND array_position(s.route, p_org) > s.position;
  END IF;
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.open_work OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.open_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.open_work TO fonds_app;

-- Abolishes: kept for ever, read by its successor, which must be at work itself. Posts end with it.
CREATE OR REPLACE FUNCTION sec.close_org(p_org uuid, p_version uuid, p_closed uuid, p_successor uuid,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org; old org_version; v org_version; w record;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR NO KEY UPDATE;
  SELECT * INTO w FROM sec.open_work(p_org, p_at);
  old := sec.current_org_version(p_org);
  IF w.children + w.in_review + w.pending + w.awaited > 0 OR old.state IS DISTINCT FROM 'active' OR p_from < old.valid_from
     OR p_from < w.child_until OR old.parent_id IS NULL THEN
    RAISE EXCEPTION 'org: open work' USING ERRCODE = 'FD001';
  END IF;
  IF p_successor IS NOT NULL THEN
    PERFORM sec.check_structure(p_successor);
    PERFORM FROM org WHERE tenant_id = sec.tenant() AND id = p_successor AND id <> p_org AND state = 'active' FOR SHARE;
    IF NOT FOUND THEN RAISE EXCEPTION 'org: the successor is closed' USING ERRCODE = 'FD001'; END IF;
    INSERT INTO org_succession (tenant_id, predecessor, successor, since) VALUES (sec.tenant(), p_org, p_successor, p_from);
  END IF;
  v := old; v.id := p_version; v.level := me.level; v.state := 'closed'; v.valid_from := p_from; v.change := 'close';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(old, v, p_closed, p_at);
  UPDATE org SET state = 'closed', closed_on = p_from WHERE tenant_id = sec.tenant() AND id = p_org;
  UPDATE post SET valid_to = greatest(p_at, valid_from), ended_by = sec.who()
   WHERE tenant_id = sec.tenant() AND org_id = p_org AND (valid_to IS NULL OR valid_to > p_at);
END $$;
ALTER FUNCTION sec.close_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.close_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.close_org TO fonds_app;

-- A change of policy is seen at the next request everywhere.
CREATE OR REPLACE FUNCTION sec.raise_policy_version() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v bigint;
BEGIN
  IF NOT 'security' = ANY (sec.duties()) THEN RAISE EXCEPTION 'policy: not the security administrator' USING ERRCODE = 'FD002'; END IF;
  UPDATE tenant SET policy_version = policy_version + 1 WHERE id = sec.tenant() RETURNING policy_version INTO v;
  RETURN v;
END $$;
ALTER FUNCTION sec.raise_policy_version OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.raise_policy_version FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.raise_policy_version TO fonds_app;

-- Finds organisations by a part of their name or short name, in the order of codes, below p_path: everywhere, or where one of the
-- grants reaches. As the owner, because no index serves a condition that is not leakproof under row security: the tenant is asked
-- for here. Planned anew each time: a word that all names have is looked for along the codes, a rare one through its pairs.
CREATE OR REPLACE FUNCTION sec.find_orgs(p_text text, p_after text, p_path text, p_first bigint, p_everywhere boolean, p_orgs uuid[], p_roots text[], p_levels int[])
RETURNS SETOF org LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
DECLARE v_tenant int := sec.tenant(); v_text text := sec.folded(p_text); v_pairs bigint[];
BEGIN
  v_pairs := sec.pairs(v_tenant, p_text);
  RETURN QUERY
  SELECT o.* FROM org o
   WHERE o.tenant_id = v_tenant AND o.code > p_after AND o.path >= p_path AND o.path < p_path || 'g'
     AND sec.pairs(o.tenant_id, o.name || E'\n' || coalesce(o.short_name, '')) @> v_pairs
     AND (strpos(sec.folded(o.name), v_text) > 0 OR strpos(sec.folded(o.short_name), v_text) > 0)
     AND (p_everywhere OR o.id = ANY (p_orgs) OR EXISTS (
           SELECT FROM unnest(p_roots, p_levels) AS root(path, levels)
            WHERE starts_with(o.path, root.path) AND o.path <> root.path AND (root.levels >> o.level) & 1 = 1))
   ORDER BY o.code LIMIT p_first;
END $$;
REVOKE ALL ON FUNCTION sec.find_orgs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.find_orgs TO fonds_app;
