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

CREATE OR REPLACE FUNCTION sec.create_org(p_id uuid, p_version uuid, p_parent uuid, p_kind text, p_code text, p_name text, p_short_name text,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE up org; v org_version; v_label bigint; v_levels int;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_parent);
  SELECT * INTO up FROM org WHERE tenant_id = sec.tenant() AND id = p_parent FOR UPDATE;
  IF up.state <> 'active' THEN RAISE EXCEPTION 'org: the superior is closed' USING ERRCODE = 'FD001'; END IF;
  SELECT jsonb_array_length(levels) INTO v_levels FROM tenant WHERE id = sec.tenant();
  IF up.level >= v_levels THEN RAISE EXCEPTION 'org: no level below' USING ERRCODE = 'FD001'; END IF;
  UPDATE tenant SET next_org = next_org + 1 WHERE id = sec.tenant() RETURNING next_org - 1 INTO v_label;
  INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, short_name, established_on)
  VALUES (sec.tenant(), p_id, p_parent, v_label, up.path || to_hex(v_label) || '/', up.level + 1, p_kind, p_code, p_name, p_short_name, p_from);
  v.id := p_version; v.org_id := p_id; v.parent_id := p_parent; v.level := up.level + 1; v.kind := p_kind; v.code := p_code; v.name := p_name;
  v.short_name := p_short_name; v.state := 'active'; v.valid_from := p_from; v.change := 'establish';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(NULL::org_version, v, NULL, p_at);
END $$;
ALTER FUNCTION sec.create_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.create_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.create_org TO fonds_app;

CREATE OR REPLACE FUNCTION sec.rename_org(p_org uuid, p_version uuid, p_closed uuid, p_name text, p_short_name text,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE old org_version; v org_version;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org);
  PERFORM FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR UPDATE;
  old := sec.current_org_version(p_org);
  IF old.state <> 'active' OR p_from < old.valid_from THEN RAISE EXCEPTION 'org: changed meanwhile' USING ERRCODE = 'FD001'; END IF;
  v := old; v.id := p_version; v.name := p_name; v.short_name := p_short_name; v.valid_from := p_from; v.change := 'rename';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(old, v, p_closed, p_at);
  UPDATE org SET name = p_name, short_name = p_short_name WHERE tenant_id = sec.tenant() AND id = p_org;
END $$;
ALTER FUNCTION sec.rename_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.rename_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.rename_org TO fonds_app;

-- Moves the organisation with its whole subtree. Levels below change with it where the new parent stands on another level.
CREATE OR REPLACE FUNCTION sec.move_org(p_org uuid, p_version uuid, p_closed uuid, p_parent uuid,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org; up org; old org_version; v org_version; v_path text; v_levels int; v_deepest int;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org), sec.check_structure(p_parent);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR UPDATE;
  SELECT * INTO up FROM org WHERE tenant_id = sec.tenant() AND id = p_parent FOR SHARE;
  old := sec.current_org_version(p_org);
  IF me.parent_id IS NULL OR starts_with(up.path, me.path) THEN RAISE EXCEPTION 'org: a cycle' USING ERRCODE = 'FD001'; END IF;
  -- Neither may it be a cycle on any day since: the superior's line of then must not lead through the moved one.
  IF EXISTS (
    WITH RECURSIVE line(id) AS (
      SELECT p_parent
      UNION
      SELECT ov.parent_id FROM line JOIN org_version ov ON ov.tenant_id = sec.tenant() AND ov.org_id = line.id AND ov.superseded_at IS NULL
        AND (ov.valid_to IS NULL OR ov.valid_to > p_from) WHERE ov.parent_id IS NOT NULL)
    SELECT FROM line WHERE id = p_org) THEN
    RAISE EXCEPTION 'org: a cycle' USING ERRCODE = 'FD001';
  END IF;
  IF old.state <> 'active' OR up.state <> 'active' OR p_from < old.valid_from THEN RAISE EXCEPTION 'org: changed meanwhile' USING ERRCODE = 'FD001'; END IF;
  SELECT jsonb_array_length(levels) INTO v_levels FROM tenant WHERE id = sec.tenant();
  SELECT max(level) INTO v_deepest FROM org WHERE tenant_id = sec.tenant() AND path >= me.path AND path < me.path || 'g';
  IF v_deepest - me.level + up.level + 1 > v_levels THEN RAISE EXCEPTION 'org: no level below' USING ERRCODE = 'FD001'; END IF;
  v := old; v.id := p_version; v.parent_id := p_parent; v.level := up.level + 1; v.valid_from := p_from; v.change := 'move';
  v.document_no := p_document_no; v.document_date := p_document_date; v.reason := p_reason;
  PERFORM sec.write_org_version(old, v, p_closed, p_at);
  v_path := up.path || to_hex(me.label) || '/';
  UPDATE org SET parent_id = p_parent WHERE tenant_id = sec.tenant() AND id = p_org;
  UPDATE org SET path = v_path || substr(path, length(me.path) + 1), level = level - me.level + up.level + 1
   WHERE tenant_id = sec.tenant() AND path >= me.path AND path < me.path || 'g';
END $$;
ALTER FUNCTION sec.move_org OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.move_org FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.move_org TO fonds_app;

-- What stands in the way of closing, and what a move carries: counts for the preview and the refusal.
CREATE OR REPLACE FUNCTION sec.open_work(p_org uuid)
RETURNS TABLE (orgs bigint, children bigint, posts bigint, in_review bigint, pending bigint, drafts bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me org;
BEGIN
  PERFORM sec.check_structure(p_org);
  SELECT * INTO me FROM org WHERE tenant_id = sec.tenant() AND id = p_org;
  SELECT count(*) INTO orgs FROM org WHERE tenant_id = me.tenant_id AND path >= me.path AND path < me.path || 'g' AND state = 'active';
  SELECT count(*) INTO children FROM org WHERE tenant_id = me.tenant_id AND parent_id = p_org AND state = 'active';
  SELECT count(*) INTO posts FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
   WHERE p.tenant_id = me.tenant_id AND o.path >= me.path AND o.path < me.path || 'g' AND (p.valid_to IS NULL OR p.valid_to > now());
  SELECT count(*) INTO in_review FROM record WHERE tenant_id = me.tenant_id AND org_id = p_org AND state = 'in_review';
  SELECT count(*) INTO pending FROM receipt WHERE tenant_id = me.tenant_id AND org_id = p_org AND state = 'pending';
  SELECT count(*) INTO drafts FROM record WHERE tenant_id = me.tenant_id AND org_id = p_org AND state IN ('draft','returned','withdrawn');
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.open_work OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.open_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.open_work TO fonds_app;

-- Abolishes: kept for ever, read by its successor. Posts end with it.
CREATE OR REPLACE FUNCTION sec.close_org(p_org uuid, p_version uuid, p_closed uuid, p_successor uuid,
    p_from date, p_document_no text, p_document_date date, p_reason text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE old org_version; v org_version; w record;
BEGIN
  PERFORM sec.lock_structure(), sec.check_structure(p_org);
  PERFORM FROM org WHERE tenant_id = sec.tenant() AND id = p_org FOR UPDATE;
  SELECT * INTO w FROM sec.open_work(p_org);
  old := sec.current_org_version(p_org);
  IF w.children + w.in_review + w.pending > 0 OR old.state <> 'active' OR p_from < old.valid_from OR old.parent_id IS NULL THEN
    RAISE EXCEPTION 'org: open work' USING ERRCODE = 'FD001';
  END IF;
  IF p_successor IS NOT NULL THEN
    PERFORM sec.check_structure(p_successor);
    INSERT INTO org_succession (tenant_id, predecessor, successor, since) VALUES (sec.tenant(), p_org, p_successor, p_from);
  END IF;
  v := old; v.id := p_version; v.state := 'closed'; v.valid_from := p_from; v.change := 'close';
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
