-- Confirmation of what nobody above reviews, by another person of the organisation.

-- Whatever raises the revision (a save, files, a submission, a discard) ends what was asked of the one before.
CREATE OR REPLACE FUNCTION sec.end_request() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.asked_rev := NULL; NEW.asked_by := NULL; NEW.asked_at := NULL;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION sec.end_request FROM PUBLIC;
CREATE OR REPLACE TRIGGER request_ends BEFORE UPDATE ON record FOR EACH ROW
  WHEN (OLD.asked_rev IS NOT NULL AND NEW.rev <> OLD.rev) EXECUTE FUNCTION sec.end_request();

-- The writer of the newest version asks for its confirmation. Asked before for this revision, it is as it was.
CREATE OR REPLACE FUNCTION sec.ask_confirmation(p_record uuid, p_rev int, p_at timestamptz, p_origin text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record; v record_version;
BEGIN
  SELECT * INTO r FROM record WHERE tenant_id = sec.tenant() AND id = p_record FOR UPDATE;
  IF NOT FOUND OR array_position(sec.orgs(), r.org_id) IS NULL OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'ask_confirmation: not held by the acting organisation' USING ERRCODE = 'FD002';
  END IF;
  IF r.state NOT IN ('draft','returned','withdrawn') OR r.rev <> p_rev THEN
    RAISE EXCEPTION 'ask_confirmation: the record moved on' USING ERRCODE = 'FD001';
  END IF;
  SELECT * INTO v FROM record_version WHERE tenant_id = r.tenant_id AND record_id = r.id AND version = r.version;
  IF v.submitted OR v.author <> sec.who() THEN
    RAISE EXCEPTION 'ask_confirmation: not the writer of what is to be sent' USING ERRCODE = 'FD002';
  END IF;
  IF r.asked_rev IS NOT NULL THEN RETURN; END IF;
  UPDATE record SET asked_rev = p_rev, asked_by = sec.who(), asked_at = p_at WHERE tenant_id = r.tenant_id AND id = r.id;
  PERFORM sec.write_event(p_record, NULL, r.version, 'asked', p_at, r.org_id, jsonb_build_object('rev', p_rev));
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after, origin)
  VALUES (r.tenant_id, p_at, sec.who(), sec.post(), r.org_id, 'record.ask_confirmation', 'record', 'record:' || replace(p_record::text, '-', ''),
          jsonb_build_object('rev', p_rev, 'version', r.version), p_origin);
  INSERT INTO outbox (tenant_id, topic, subject, at)
  VALUES (r.tenant_id, 'record.ask_confirmation', jsonb_build_object('record', p_record, 'rev', p_rev, 'org', r.org_id, 'who', sec.who()), p_at);
END $$;
ALTER FUNCTION sec.ask_confirmation OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.ask_confirmation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.ask_confirmation TO fonds_app;

-- Who holds which post at an organisation of the actor's now: whom he may ask. What they may, the policy says.
CREATE OR REPLACE FUNCTION sec.holders(p_org uuid, p_at timestamptz)
RETURNS TABLE (account_id uuid, id uuid, role text, duty text, path text, level smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.account_id, p.id, p.role, p.duty, o.path, o.level
    FROM post p
    JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id AND a.state = 'open'
    JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
   WHERE p.tenant_id = sec.tenant() AND p.org_id = p_org AND array_position(sec.orgs(), p_org) IS NOT NULL
     AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
   ORDER BY p.id LIMIT 1000
$$;
ALTER FUNCTION sec.holders OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.holders FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.holders TO fonds_app;
