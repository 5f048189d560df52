-- For the sequencer: tenants with rows that are not in the log yet.
CREATE OR REPLACE FUNCTION sec.audit_waiting() RETURNS TABLE (tenant_id int, tenant_key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id, t.key FROM tenant t WHERE EXISTS (SELECT FROM audit_pending p WHERE p.tenant_id = t.id)
$$;
REVOKE ALL ON FUNCTION sec.audit_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_waiting TO fonds_worker;

-- For whoever signs: every log, and whether it has grown since its newest head.
CREATE OR REPLACE FUNCTION sec.audit_logs() RETURNS TABLE (tenant_id int, tenant_key text, grown boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id, t.key, l.size <> coalesce((SELECT max(h.size) FROM audit_head h WHERE h.tenant_id = t.id), 0)
    FROM tenant t JOIN audit_log l ON l.tenant_id = t.id WHERE l.size > 0
$$;
REVOKE ALL ON FUNCTION sec.audit_logs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_logs TO fonds_worker;

-- Something is wrong with a log: an entry that the auditor finds, and an event that is told; once for each thing that is wrong. A row
-- that was lost waits no longer; one that is there is not lost.
CREATE OR REPLACE FUNCTION sec.audit_incident(p_tenant int, p_action text, p_object text, p_what text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF p_action NOT IN ('audit.contradiction', 'audit.lost') THEN
    RAISE EXCEPTION 'audit_incident: no such incident' USING ERRCODE = 'FD002';
  END IF;
  IF p_action = 'audit.lost' THEN
    DELETE FROM audit_pending p WHERE p.tenant_id = p_tenant AND p.audit_id = p_object::bigint
       AND NOT EXISTS (SELECT FROM audit a WHERE a.tenant_id = p_tenant AND a.id = p.audit_id);
    IF NOT FOUND THEN RAISE EXCEPTION 'audit_incident: row % is not lost', p_object USING ERRCODE = 'FD001'; END IF;
  END IF;
  IF EXISTS (SELECT FROM audit a WHERE a.tenant_id = p_tenant AND a.object_kind = 'audit' AND a.object_id = p_object AND a.action = p_action) THEN
    RETURN false;
  END IF;
  INSERT INTO audit (tenant_id, at, action, object_kind, object_id, reason) VALUES (p_tenant, p_at, p_action, 'audit', p_object, p_what);
  INSERT INTO outbox (tenant_id, topic, subject, at) VALUES (p_tenant, 'audit.incident', jsonb_build_object('audit', p_object, 'action', p_action), p_at);
  RETURN true;
END $$;
ALTER FUNCTION sec.audit_incident OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.audit_incident FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_incident TO fonds_worker;

-- Has the person who has entered this read of restricted content written down since? Of one's own reads alone.
CREATE OR REPLACE FUNCTION sec.read_noted(p_action text, p_record uuid, p_what jsonb, p_since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM audit a
    WHERE a.tenant_id = sec.tenant() AND a.account_id = sec.who() AND a.object_id = 'record:' || replace(p_record::text, '-', '')
      AND a.at >= p_since AND a.action IN ('record.read', 'file.read') AND a.action = p_action AND a.after = p_what)
$$;
ALTER FUNCTION sec.read_noted OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.read_noted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.read_noted TO fonds_app;

-- For the auditor: the entry that a receipt was written with. The first level's comes with the submission, each further one with
-- the approval below it, one that was taken back with the recall.
CREATE OR REPLACE FUNCTION sec.receipt_entry(p_org uuid, p_no bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id
    FROM receipt r
    JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.record_id AND s.round = r.round
    JOIN audit a ON a.tenant_id = r.tenant_id AND a.object_kind = 'record' AND a.object_id = 'record:' || replace(r.record_id::text, '-', '')
     AND a.at = r.received_at
   WHERE r.tenant_id = sec.tenant() AND r.org_id = p_org AND r.no = p_no AND 'audit' = ANY (sec.duties())
     AND CASE a.action
           WHEN 'record.submit' THEN a.after ->> 'round' = r.round::text AND p_org = coalesce(s.route[1], s.org_id)
           WHEN 'receipt.approve' THEN a.org_id = s.route[array_position(s.route, p_org) - 1]
           WHEN 'receipt.recall' THEN a.org_id = p_org
           ELSE false END
   ORDER BY a.id DESC LIMIT 1
$$;
ALTER FUNCTION sec.receipt_entry OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.receipt_entry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.receipt_entry TO fonds_app;

-- Before, after and salt of an entry go by rule; the leaf stands, and an entry says which and by what rule. Only of what is in the
-- log already. Nobody is granted it yet: disposal will be.
CREATE OR REPLACE FUNCTION sec.destroy_body(p_audit bigint, p_rule text, p_at timestamptz, p_origin text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE audit_leaf SET salt = NULL WHERE tenant_id = sec.tenant() AND audit_id = p_audit AND salt IS NOT NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'destroy_body: not in the log, or destroyed before' USING ERRCODE = 'FD001'; END IF;
  UPDATE audit SET before = NULL, after = NULL WHERE tenant_id = sec.tenant() AND id = p_audit;
  INSERT INTO audit (tenant_id, at, account_id, post_id, action, object_kind, object_id, reason, origin)
  VALUES (sec.tenant(), p_at, sec.who(), sec.post(), 'audit.destroy', 'audit', p_audit::text, p_rule, p_origin);
END $$;
REVOKE ALL ON FUNCTION sec.destroy_body FROM PUBLIC;
