-- The upward step. Rust has decided (casbin, state machine, form); these functions re-check structure only: tenant, the
-- acting organisation, round and revision, next = frozen route, not one's own submission. Owned by fonds_flow, which is
-- itself bound to the tenant. They raise FD001 (conflict: the rows moved on) or FD002 (not allowed).
-- Locks: record, submission, receipt, counter, in this order.

-- Timeline row; the record is locked by the caller.
CREATE OR REPLACE FUNCTION sec.write_event(p_record uuid, p_round int, p_version int, p_step text, p_at timestamptz, p_at_org uuid, p_detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_seq int; v_org uuid;
BEGIN
  UPDATE record SET seq = seq + 1 WHERE tenant_id = sec.tenant() AND id = p_record RETURNING seq, org_id INTO v_seq, v_org;
  INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, post_id, at_org, detail)
  VALUES (sec.tenant(), p_record, v_seq, v_org, p_round, p_version, p_step, p_at, sec.who(), sec.post(), p_at_org, p_detail);
END $$;
ALTER FUNCTION sec.write_event OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_event FROM PUBLIC;

-- One delta row of a submission that enters (+1) or leaves (-1) a state. Chains shorter than three are counted live.
CREATE OR REPLACE FUNCTION sec.write_delta(s submission, p_state text, p_sign int)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO rollup_delta (tenant_id, chain, type, tags, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12)
  SELECT s.tenant_id, s.chain, s.type, s.tags, s.month, p_state, p_sign, s.m1 * p_sign, s.m2 * p_sign, s.m3 * p_sign, s.m4 * p_sign,
         s.m5 * p_sign, s.m6 * p_sign, s.m7 * p_sign, s.m8 * p_sign, s.m9 * p_sign, s.m10 * p_sign, s.m11 * p_sign, s.m12 * p_sign
   WHERE cardinality(s.chain) >= 3
$$;
ALTER FUNCTION sec.write_delta OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_delta FROM PUBLIC;

-- Audit row and outbox row of a step.
CREATE OR REPLACE FUNCTION sec.write_trace(p_action text, p_record uuid, p_round int, p_at timestamptz, p_at_org uuid, p_before jsonb, p_after jsonb, p_origin text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, origin)
  VALUES (sec.tenant(), p_at, sec.who(), sec.post(), p_at_org, p_action, 'record', 'record:' || replace(p_record::text, '-', ''), p_before, p_after, p_origin);
  INSERT INTO outbox (tenant_id, topic, subject, at)
  VALUES (sec.tenant(), p_action, jsonb_build_object('record', p_record, 'round', p_round, 'org', p_at_org, 'who', sec.who()), p_at);
END $$;
ALTER FUNCTION sec.write_trace OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_trace FROM PUBLIC;

-- A receipt at p_org: its number is raised here, so that commit order is number order.
CREATE OR REPLACE FUNCTION sec.write_receipt(s submission, p_org uuid, p_via uuid, p_title text, p_confidentiality smallint, p_state text, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_no bigint;
BEGIN
  INSERT INTO counter AS c (tenant_id, org_id, n) VALUES (s.tenant_id, p_org, 1)
  ON CONFLICT (tenant_id, org_id) DO UPDATE SET n = c.n + 1 RETURNING n INTO v_no;
  INSERT INTO receipt (tenant_id, org_id, no, record_id, round, version, hash, origin_id, via_id, type, month, confidentiality, title, received_at, state, decided_by, decided_post, decided_at)
  VALUES (s.tenant_id, p_org, v_no, s.record_id, s.round, s.version, s.hash, s.org_id, p_via, s.type, s.month, p_confidentiality, p_title, p_at, p_state,
          CASE WHEN p_state = 'approved' THEN sec.who() END, CASE WHEN p_state = 'approved' THEN sec.post() END, CASE WHEN p_state = 'approved' THEN p_at END);
  RETURN v_no;
END $$;
ALTER FUNCTION sec.write_receipt OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_receipt FROM PUBLIC;

-- A new round: version, hash, chain and route are frozen, the first level receives. With an empty route the record is
-- final at once and the organisation itself registers it.
CREATE OR REPLACE FUNCTION sec.submit(p_record uuid, p_rev int, p_version int, p_hash bytea, p_route uuid[], p_skipped jsonb, p_month int, p_measures bigint[], p_at timestamptz, p_origin text)
RETURNS TABLE (round int, receipt_org uuid, receipt_no bigint, state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_tenant int := sec.tenant();
  r record; v record_version; s submission; v_before text;
BEGIN
  SELECT * INTO r FROM record WHERE tenant_id = v_tenant AND id = p_record FOR UPDATE;
  IF NOT FOUND OR array_position(sec.orgs(), r.org_id) IS NULL OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'submit: not held by the acting organisation' USING ERRCODE = 'FD002';
  END IF;
  IF r.state NOT IN ('draft','returned','withdrawn') OR r.rev <> p_rev OR r.version <> p_version THEN
    RAISE EXCEPTION 'submit: the record moved on' USING ERRCODE = 'FD001';
  END IF;
  v_before := r.state;
  UPDATE record_version SET submitted = true
   WHERE tenant_id = v_tenant AND record_id = p_record AND version = p_version AND NOT submitted RETURNING * INTO v;
  IF NOT FOUND THEN RAISE EXCEPTION 'submit: the version was sent before' USING ERRCODE = 'FD001'; END IF;
  IF cardinality(p_route) = 0 AND v.author = sec.who() THEN
    RAISE EXCEPTION 'submit: another person confirms' USING ERRCODE = 'FD002';
  END IF;

  s.tenant_id := v_tenant; s.record_id := p_record; s.round := r.round + 1; s.version := p_version; s.hash := p_hash;
  s.org_id := r.org_id; s.type := r.type; s.tags := v.tags; s.month := p_month;
  -- Neither the sender nor anybody on the route is closed or moved from here on; a move of a superior rewrites their rows, too.
  PERFORM FROM org o WHERE o.tenant_id = v_tenant AND o.id = ANY (r.org_id || p_route) AND o.state = 'active' ORDER BY o.id FOR SHARE;
  IF EXISTS (SELECT FROM org o WHERE o.tenant_id = v_tenant AND o.id = ANY (r.org_id || p_route) AND o.state <> 'active') THEN
    RAISE EXCEPTION 'submit: an organisation is closed' USING ERRCODE = 'FD001';
  END IF;

  WITH RECURSIVE up AS (
    SELECT o.id, o.parent_id, 1 AS n FROM org o WHERE o.tenant_id = v_tenant AND o.id = r.org_id
    UNION ALL
    SELECT o.id, o.parent_id, up.n + 1 FROM up JOIN org o ON o.tenant_id = v_tenant AND o.id = up.parent_id)
  SELECT array_agg(id ORDER BY n) INTO s.chain FROM up;
  -- The route is a part of the chain above the organisation, in its order.
  IF p_route <> ARRAY(SELECT c FROM unnest(s.chain) WITH ORDINALITY AS u(c, n) WHERE n > 1 AND c = ANY (p_route) ORDER BY n) THEN
    RAISE EXCEPTION 'submit: the route leaves the chain' USING ERRCODE = 'FD001';
  END IF;
  s.parent_id := s.chain[2]; s.grandparent_id := s.chain[3]; s.route := p_route; s.skipped := p_skipped;
  s.m1 := p_measures[1]; s.m2 := p_measures[2]; s.m3 := p_measures[3]; s.m4 := p_measures[4];
  s.m5 := p_measures[5]; s.m6 := p_measures[6]; s.m7 := p_measures[7]; s.m8 := p_measures[8];
  s.m9 := p_measures[9]; s.m10 := p_measures[10]; s.m11 := p_measures[11]; s.m12 := p_measures[12];
  s.submitted_by := sec.who(); s.submitted_post := sec.post(); s.submitted_at := p_at;
  IF cardinality(p_route) = 0 THEN
    s.position := 0; s.state := 'final'; receipt_org := r.org_id;
  ELSE
    s.position := 1; s.state := 'in_review'; receipt_org := p_route[1];
  END IF;
  INSERT INTO submission SELECT (s).*;
  UPDATE record SET state = s.state, round = s.round, rev = rev + 1, updated_at = p_at WHERE tenant_id = v_tenant AND id = p_record;
  PERFORM sec.write_event(p_record, s.round, p_version, 'submitted', p_at, r.org_id,
                          jsonb_build_object('route', to_jsonb(p_route), 'skipped', p_skipped, 'hash', encode(p_hash, 'hex')));
  IF s.state = 'final' THEN
    PERFORM sec.write_event(p_record, s.round, p_version, 'final', p_at, r.org_id, '{}');
  END IF;
  PERFORM sec.write_delta(s, s.state, 1);
  PERFORM sec.write_trace('record.submit', p_record, s.round, p_at, r.org_id, jsonb_build_object('state', v_before),
                          jsonb_build_object('state', s.state, 'round', s.round, 'version', p_version, 'hash', encode(p_hash, 'hex')), p_origin);
  receipt_no := sec.write_receipt(s, receipt_org, CASE WHEN s.position = 1 THEN s.chain[array_position(s.chain, receipt_org) - 1] END,
                                  v.title, v.confidentiality, CASE WHEN s.position = 0 THEN 'approved' ELSE 'pending' END, p_at);
  round := s.round; state := s.state;
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.submit OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.submit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.submit TO fonds_app, fonds_worker;

-- Approve or return a pending receipt of the acting organisation.
CREATE OR REPLACE FUNCTION sec.decide(p_org uuid, p_no bigint, p_verdict text, p_decision jsonb, p_at timestamptz, p_origin text)
RETURNS TABLE (record_id uuid, round int, state text, receipt_org uuid, receipt_no bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_tenant int := sec.tenant();
  q receipt; s submission; v_state text;
BEGIN
  IF array_position(sec.orgs(), p_org) IS NULL OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'decide: not held by the acting organisation' USING ERRCODE = 'FD002';
  END IF;
  SELECT * INTO q FROM receipt WHERE tenant_id = v_tenant AND org_id = p_org AND no = p_no;
  IF NOT FOUND THEN RAISE EXCEPTION 'decide: no such receipt' USING ERRCODE = 'FD002'; END IF;
  PERFORM FROM record WHERE tenant_id = v_tenant AND id = q.record_id FOR UPDATE;
  SELECT * INTO s FROM submission WHERE tenant_id = v_tenant AND record_id = q.record_id AND round = q.round FOR UPDATE;
  SELECT * INTO q FROM receipt WHERE tenant_id = v_tenant AND org_id = p_org AND no = p_no FOR UPDATE;
  IF q.state <> 'pending' OR s.state <> 'in_review' OR s.route[s.position] IS DISTINCT FROM p_org THEN
    RAISE EXCEPTION 'decide: decided before' USING ERRCODE = 'FD001';
  END IF;
  IF s.submitted_by = sec.who() OR EXISTS (SELECT FROM record_version v WHERE v.tenant_id = v_tenant AND v.record_id = s.record_id
       AND v.version = s.version AND v.author = sec.who()) THEN
    RAISE EXCEPTION 'decide: own submission' USING ERRCODE = 'FD002';
  END IF;
  IF p_verdict NOT IN ('approved','returned') THEN RAISE EXCEPTION 'decide: verdict' USING ERRCODE = 'FD002'; END IF;

  UPDATE receipt SET state = p_verdict, decided_by = sec.who(), decided_post = sec.post(), decided_at = p_at, decision = p_decision
   WHERE tenant_id = v_tenant AND org_id = p_org AND no = p_no;
  IF p_verdict = 'returned' THEN
    v_state := 'returned';
  ELSIF s.position = cardinality(s.route) THEN
    v_state := 'final';
  ELSE
    v_state := 'in_review'; receipt_org := s.route[s.position + 1];
  END IF;
  UPDATE submission SET state = v_state, position = CASE WHEN receipt_org IS NULL THEN position ELSE position + 1 END
   WHERE tenant_id = v_tenant AND record_id = q.record_id AND round = q.round;
  PERFORM sec.write_event(q.record_id, q.round, q.version, p_verdict, p_at, p_org, p_decision);
  IF v_state <> 'in_review' THEN
    UPDATE record SET state = v_state, rev = rev + 1, updated_at = p_at WHERE tenant_id = v_tenant AND id = q.record_id;
    PERFORM sec.write_delta(s, 'in_review', -1), sec.write_delta(s, v_state, 1);
    IF v_state = 'final' THEN PERFORM sec.write_event(q.record_id, q.round, q.version, 'final', p_at, p_org, '{}'); END IF;
  END IF;
  PERFORM sec.write_trace(CASE p_verdict WHEN 'approved' THEN 'receipt.approve' ELSE 'receipt.return' END, q.record_id, q.round, p_at, p_org,
                          jsonb_build_object('state', 'in_review', 'receipt', p_no), jsonb_build_object('state', v_state, 'verdict', p_verdict), p_origin);
  IF receipt_org IS NOT NULL THEN
    receipt_no := sec.write_receipt(s, receipt_org, s.chain[array_position(s.chain, receipt_org) - 1], q.title, q.confidentiality, 'pending', p_at);
  END IF;
  record_id := q.record_id; round := q.round; state := v_state;
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.decide OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.decide FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.decide TO fonds_app, fonds_worker;

-- Take back, while the next receipt is pending: by the submitter (the round is withdrawn) or by whoever approved last
-- (the approval is recalled and the organisation receives the submission anew, under a new number).
CREATE OR REPLACE FUNCTION sec.recall(p_record uuid, p_at timestamptz, p_origin text)
RETURNS TABLE (round int, state text, receipt_org uuid, receipt_no bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_tenant int := sec.tenant();
  r record; s submission; q receipt; last receipt;
BEGIN
  SELECT * INTO r FROM record WHERE tenant_id = v_tenant AND id = p_record FOR UPDATE;
  IF NOT FOUND OR sec.post() IS NULL THEN RAISE EXCEPTION 'recall: no such record' USING ERRCODE = 'FD002'; END IF;
  SELECT * INTO s FROM submission WHERE tenant_id = v_tenant AND record_id = p_record AND round = r.round FOR UPDATE;
  IF NOT FOUND OR s.state <> 'in_review' THEN RAISE EXCEPTION 'recall: not in review' USING ERRCODE = 'FD001'; END IF;
  SELECT * INTO q FROM receipt WHERE tenant_id = v_tenant AND org_id = s.route[s.position] AND record_id = p_record AND round = s.round
     AND state = 'pending' FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'recall: decided before' USING ERRCODE = 'FD001'; END IF;
  IF s.position = 1 THEN
    IF s.submitted_by <> sec.who() OR array_position(sec.orgs(), s.org_id) IS NULL THEN
      RAISE EXCEPTION 'recall: not the submitter' USING ERRCODE = 'FD002';
    END IF;
  ELSE
    SELECT * INTO last FROM receipt WHERE tenant_id = v_tenant AND org_id = s.route[s.position - 1] AND record_id = p_record
       AND round = s.round AND state = 'approved' FOR UPDATE;
    IF NOT FOUND OR last.decided_by <> sec.who() OR array_position(sec.orgs(), last.org_id) IS NULL THEN
      RAISE EXCEPTION 'recall: not the approver' USING ERRCODE = 'FD002';
    END IF;
  END IF;
  UPDATE receipt SET state = 'withdrawn', title = NULL WHERE tenant_id = v_tenant AND org_id = q.org_id AND no = q.no;
  round := s.round;
  IF s.position = 1 THEN
    state := 'withdrawn';
    UPDATE submission SET state = 'withdrawn' WHERE tenant_id = v_tenant AND record_id = p_record AND round = s.round;
    UPDATE record SET state = 'withdrawn', rev = rev + 1, updated_at = p_at WHERE tenant_id = v_tenant AND id = p_record;
    PERFORM sec.write_event(p_record, s.round, s.version, 'recalled', p_at, s.org_id, '{}');
    PERFORM sec.write_delta(s, 'in_review', -1), sec.write_delta(s, 'withdrawn', 1);
    PERFORM sec.write_trace('record.recall', p_record, s.round, p_at, s.org_id, '{"state":"in_review"}', '{"state":"withdrawn"}', p_origin);
  ELSE
    state := 'in_review'; receipt_org := last.org_id;
    UPDATE receipt SET state = 'recalled' WHERE tenant_id = v_tenant AND org_id = last.org_id AND no = last.no;
    UPDATE submission SET position = position - 1 WHERE tenant_id = v_tenant AND record_id = p_record AND round = s.round;
    PERFORM sec.write_event(p_record, s.round, s.version, 'recalled', p_at, last.org_id, '{}');
    PERFORM sec.write_trace('receipt.recall', p_record, s.round, p_at, last.org_id,
                            jsonb_build_object('receipt', last.no), jsonb_build_object('withdrawn_at', q.org_id), p_origin);
    receipt_no := sec.write_receipt(s, last.org_id, last.via_id, last.title, last.confidentiality, 'pending', p_at);
  END IF;
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.recall OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.recall FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.recall TO fonds_app, fonds_worker;

-- A draft that was never sent is put aside.
CREATE OR REPLACE FUNCTION sec.discard(p_record uuid, p_rev int, p_at timestamptz, p_origin text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE r record;
BEGIN
  SELECT * INTO r FROM record WHERE tenant_id = sec.tenant() AND id = p_record FOR UPDATE;
  IF NOT FOUND OR array_position(sec.orgs(), r.org_id) IS NULL OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'discard: not held by the acting organisation' USING ERRCODE = 'FD002';
  END IF;
  IF r.state <> 'draft' OR r.rev <> p_rev THEN RAISE EXCEPTION 'discard: the record moved on' USING ERRCODE = 'FD001'; END IF;
  UPDATE record SET state = 'discarded', rev = rev + 1, updated_at = p_at WHERE tenant_id = sec.tenant() AND id = p_record;
  PERFORM sec.write_event(p_record, NULL, r.version, 'discarded', p_at, r.org_id, '{}');
  PERFORM sec.write_trace('record.discard', p_record, r.round, p_at, r.org_id, '{"state":"draft"}', '{"state":"discarded"}', p_origin);
END $$;
ALTER FUNCTION sec.discard OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.discard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.discard TO fonds_app;
