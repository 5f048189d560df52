-- A file is announced: its name, length and quota are settled before a byte is taken. What is received, examined and kept
-- counts; what was refused or has expired does not. Gives what is used already where the quota does not hold it.
DROP FUNCTION IF EXISTS sec.begin_file(uuid, uuid, text, bigint, text, bytea, timestamptz, timestamptz, bigint, bigint);
DROP FUNCTION IF EXISTS sec.begin_file(uuid, uuid, text, bigint, text, bytea, timestamptz, timestamptz, bigint, bigint, text);
CREATE OR REPLACE FUNCTION sec.begin_file(p_id uuid, p_org uuid, p_name text, p_length bigint, p_type text, p_sha256 bytea,
    p_expires timestamptz, p_at timestamptz, p_person_quota bigint, p_org_quota bigint, p_origin text DEFAULT NULL,
    p_metadata text DEFAULT NULL)
RETURNS TABLE (begun boolean, person_used bigint, org_used bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF array_position(sec.orgs(), p_org) IS NULL OR sec.post() IS NULL THEN
    RAISE EXCEPTION 'begin_file: not held by the acting organisation' USING ERRCODE = 'FD002';
  END IF;
  -- One announcement at a time in an organisation and of a person, so that two together do not pass one quota.
  PERFORM pg_advisory_xact_lock(1718578277, hashtext(p_org::text)), pg_advisory_xact_lock(1718578278, hashtext(sec.who()::text));
  SELECT coalesce(sum(f.length), 0) INTO person_used FROM file f
   WHERE f.tenant_id = sec.tenant() AND f.account_id = sec.who() AND f.state IN ('receiving','examining','kept');
  SELECT coalesce(sum(f.length), 0) INTO org_used FROM file f
   WHERE f.tenant_id = sec.tenant() AND f.org_id = p_org AND f.state IN ('receiving','examining','kept');
  begun := person_used + p_length <= p_person_quota AND org_used + p_length <= p_org_quota;
  IF begun THEN
    INSERT INTO file (tenant_id, id, org_id, account_id, post_id, name, length, declared_type, declared_sha256, created_at, expires_at, metadata)
    VALUES (sec.tenant(), p_id, p_org, sec.who(), sec.post(), p_name, p_length, p_type, p_sha256, p_at, p_expires, p_metadata);
    INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after, origin)
    VALUES (sec.tenant(), p_at, sec.who(), sec.post(), p_org, 'file.begin', 'file', 'file:' || replace(p_id::text, '-', ''),
            jsonb_build_object('length', p_length), p_origin);
  END IF;
  RETURN NEXT;
END $$;
ALTER FUNCTION sec.begin_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.begin_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.begin_file TO fonds_app;

-- A writer comes: only whoever uploads, while it is being received. Gives its number; none: there is nothing to write.
CREATE OR REPLACE FUNCTION sec.take_file(p_id uuid, p_at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  UPDATE file SET fence = fence + 1
   WHERE tenant_id = sec.tenant() AND id = p_id AND account_id = sec.who() AND state = 'receiving' AND p_at < expires_at RETURNING fence
$$;
ALTER FUNCTION sec.take_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.take_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.take_file TO fonds_app;

-- Every byte is durable: from here on the worker examines it. Only by whoever uploads; twice is once.
DROP FUNCTION IF EXISTS sec.receive_file(uuid, timestamptz);
CREATE OR REPLACE FUNCTION sec.receive_file(p_id uuid, p_at timestamptz, p_origin text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE file SET state = 'examining', received_at = p_at
   WHERE tenant_id = sec.tenant() AND id = p_id AND account_id = sec.who() AND state = 'receiving';
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, origin)
  SELECT f.tenant_id, p_at, f.account_id, f.post_id, f.org_id, 'file.receive', 'file', 'file:' || replace(p_id::text, '-', ''), p_origin
    FROM file f WHERE f.tenant_id = sec.tenant() AND f.id = p_id;
  RETURN true;
END $$;
ALTER FUNCTION sec.receive_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.receive_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.receive_file TO fonds_app;

-- Given up by whoever uploads, before it was received whole.
DROP FUNCTION IF EXISTS sec.abandon_file(uuid, timestamptz);
CREATE OR REPLACE FUNCTION sec.abandon_file(p_id uuid, p_at timestamptz, p_origin text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE file SET state = 'expired', settled_at = p_at
   WHERE tenant_id = sec.tenant() AND id = p_id AND account_id = sec.who() AND state = 'receiving';
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, origin)
  SELECT f.tenant_id, p_at, f.account_id, f.post_id, f.org_id, 'file.abandon', 'file', 'file:' || replace(p_id::text, '-', ''), p_origin
    FROM file f WHERE f.tenant_id = sec.tenant() AND f.id = p_id;
  RETURN true;
END $$;
ALTER FUNCTION sec.abandon_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.abandon_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.abandon_file TO fonds_app;

-- For the worker: these lie whole in the staging area. Of those whose end was never told, because whoever received the last byte was
-- killed before he could say so, it is told now, as sec.receive_file would have. Gives which.
CREATE OR REPLACE FUNCTION sec.receive_whole(p_ids uuid[], p_at timestamptz) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH whole AS (
    UPDATE file f SET state = 'examining', received_at = p_at WHERE f.id = ANY (p_ids) AND f.state = 'receiving'
    RETURNING f.tenant_id, f.id, f.account_id, f.post_id, f.org_id),
  told AS (
    INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id)
    SELECT w.tenant_id, p_at, w.account_id, w.post_id, w.org_id, 'file.receive', 'file', 'file:' || replace(w.id::text, '-', '') FROM whole w)
  SELECT w.id FROM whole w
$$;
REVOKE ALL ON FUNCTION sec.receive_whole FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.receive_whole TO fonds_worker;

-- For the worker: takes a file for so long; `tried_at` is the end of the lease. Tenants take turns, in a tenant its people do, and of a
-- person the file that has waited longest comes first. Two workers never take the same one, a worker that is killed gives it back by
-- the lease, and what one says that was late does not count: `fence`, which no writer raises any more, tells who has taken it last.
DROP FUNCTION IF EXISTS sec.files_to_examine(int);
DROP FUNCTION IF EXISTS sec.take_file_to_examine(timestamptz, timestamptz);
CREATE FUNCTION sec.take_file_to_examine(p_at timestamptz, p_until timestamptz)
RETURNS TABLE (tenant_id int, tenant_key text, id uuid, fence bigint, name text, length bigint, declared_sha256 bytea,
               created_at timestamptz, received_at timestamptz, expires_at timestamptz, settings jsonb, attempts smallint, declared_type text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE v_tenant int; v_person uuid; v_file uuid;
BEGIN
  FOR v_tenant, v_person IN
    -- Everybody whose file waits, with his first one, by steps along the index.
    WITH RECURSIVE waiting AS (
      (SELECT x.tenant_id, x.account_id, coalesce(x.tried_at, x.received_at) AS due_at FROM file x WHERE x.state = 'examining'
        ORDER BY x.tenant_id, x.account_id, coalesce(x.tried_at, x.received_at) LIMIT 1)
      UNION ALL
      SELECT n.tenant_id, n.account_id, n.due_at FROM waiting CROSS JOIN LATERAL (
        SELECT x.tenant_id, x.account_id, coalesce(x.tried_at, x.received_at) AS due_at FROM file x
         WHERE x.state = 'examining' AND (x.tenant_id, x.account_id) > (waiting.tenant_id, waiting.account_id)
         ORDER BY x.tenant_id, x.account_id, coalesce(x.tried_at, x.received_at) LIMIT 1) AS n)
    SELECT w.tenant_id, w.account_id FROM waiting w WHERE w.due_at <= p_at
     ORDER BY (SELECT max(x.turn) FROM file x WHERE x.tenant_id = w.tenant_id) NULLS FIRST,
              (SELECT max(x.turn) FROM file x WHERE x.tenant_id = w.tenant_id AND x.account_id = w.account_id) NULLS FIRST, w.due_at
  LOOP
    SELECT x.id INTO v_file FROM file x
     WHERE x.tenant_id = v_tenant AND x.account_id = v_person AND x.state = 'examining' AND coalesce(x.tried_at, x.received_at) <= p_at
     ORDER BY coalesce(x.tried_at, x.received_at) LIMIT 1 FOR UPDATE SKIP LOCKED;
    -- Of whom another worker takes the only one in this moment, it is the turn of the next.
    CONTINUE WHEN v_file IS NULL;
    RETURN QUERY
      UPDATE file f SET fence = f.fence + 1, tried_at = p_until, turn = nextval('file_turn'), attempts = f.attempts + 1
        FROM tenant t WHERE t.id = v_tenant AND f.tenant_id = v_tenant AND f.id = v_file
      RETURNING f.tenant_id, t.key, f.id, f.fence, f.name, f.length, f.declared_sha256, f.created_at, f.received_at, f.expires_at, t.settings,
                f.attempts, f.declared_type;
    RETURN;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION sec.take_file_to_examine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.take_file_to_examine TO fonds_worker;

-- For the worker: it is still at it. False: somebody else has taken it, or it is settled.
CREATE OR REPLACE FUNCTION sec.hold_file(p_tenant int, p_id uuid, p_fence bigint, p_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE file SET tried_at = p_until WHERE tenant_id = p_tenant AND id = p_id AND state = 'examining' AND fence = p_fence;
  RETURN FOUND;
END $$;
ALTER FUNCTION sec.hold_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.hold_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.hold_file TO fonds_worker;

-- For the worker: the examination is over. The body's row, the file's state, audit and outbox in one transaction; twice is once, and
-- only from whoever has taken it last.
DROP FUNCTION IF EXISTS sec.keep_file(int, uuid, bytea, bytea, bytea, text, text, text, jsonb, timestamptz);
CREATE OR REPLACE FUNCTION sec.keep_file(p_tenant int, p_id uuid, p_fence bigint, p_sha256 bytea, p_sm3 bytea, p_chunks bytea, p_media_type text, p_puid text,
    p_scan text, p_warnings jsonb, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE f file;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  SELECT * INTO f FROM file WHERE tenant_id = p_tenant AND id = p_id AND state = 'examining' AND fence = p_fence FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO body (tenant_id, sha256, sm3, chunks, length, kept_at, checked_at)
  VALUES (p_tenant, p_sha256, p_sm3, p_chunks, f.length, p_at, p_at)
  ON CONFLICT (tenant_id, sha256) DO UPDATE SET checked_at = excluded.checked_at, damaged = false;
  UPDATE file SET state = 'kept', settled_at = p_at, waits = NULL, sha256 = p_sha256, sm3 = p_sm3, chunks = p_chunks, media_type = p_media_type, puid = p_puid,
         scan = p_scan, problems = p_warnings, preview_at = p_at, held_at = p_at,
         preview = CASE WHEN p_media_type IN ('application/pdf', 'application/ofd') OR p_media_type LIKE 'image/%' THEN 'wanted' END
   WHERE tenant_id = p_tenant AND id = p_id;
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after)
  VALUES (p_tenant, p_at, f.account_id, f.post_id, f.org_id, 'file.keep', 'file', 'file:' || replace(p_id::text, '-', ''),
          jsonb_build_object('sha256', encode(p_sha256, 'hex'), 'sm3', encode(p_sm3, 'hex'), 'length', f.length, 'media_type', p_media_type, 'scan', p_scan));
  INSERT INTO outbox (tenant_id, topic, subject, at) VALUES (p_tenant, 'file.keep', jsonb_build_object('file', p_id, 'org', f.org_id, 'account', f.account_id), p_at);
  RETURN true;
END $$;
ALTER FUNCTION sec.keep_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.keep_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.keep_file TO fonds_worker;

DROP FUNCTION IF EXISTS sec.refuse_file(int, uuid, jsonb, timestamptz);
CREATE OR REPLACE FUNCTION sec.refuse_file(p_tenant int, p_id uuid, p_fence bigint, p_problems jsonb, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE f file;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE file SET state = 'refused', settled_at = p_at, waits = NULL, problems = p_problems
   WHERE tenant_id = p_tenant AND id = p_id AND state = 'examining' AND fence = p_fence RETURNING * INTO f;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after)
  VALUES (p_tenant, p_at, f.account_id, f.post_id, f.org_id, 'file.refuse', 'file', 'file:' || replace(p_id::text, '-', ''),
          jsonb_build_object('codes', (SELECT jsonb_agg(p -> 'code') FROM jsonb_array_elements(p_problems) AS p)));
  INSERT INTO outbox (tenant_id, topic, subject, at) VALUES (p_tenant, 'file.refuse', jsonb_build_object('file', p_id, 'org', f.org_id, 'account', f.account_id), p_at);
  RETURN true;
END $$;
ALTER FUNCTION sec.refuse_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.refuse_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.refuse_file TO fonds_worker;

-- For the worker: it could not be settled now (the scanner is away, or something failed), and is looked at again then. Said so, never
-- passed; others go first. The attempt counts where the file itself may be why it failed.
DROP FUNCTION IF EXISTS sec.delay_file(int, uuid, text, timestamptz);
DROP FUNCTION IF EXISTS sec.delay_file(int, uuid, bigint, text, timestamptz);
CREATE OR REPLACE FUNCTION sec.delay_file(p_tenant int, p_id uuid, p_fence bigint, p_waits text, p_again timestamptz,
    p_counts boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE file SET waits = p_waits, tried_at = p_again, attempts = attempts - CASE WHEN p_counts OR attempts = 0 THEN 0 ELSE 1 END
   WHERE tenant_id = p_tenant AND id = p_id AND state = 'examining' AND fence = p_fence;
END $$;
ALTER FUNCTION sec.delay_file OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.delay_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.delay_file TO fonds_worker;

-- For the worker: unfinished uploads whose time is over.
CREATE OR REPLACE FUNCTION sec.expire_files(p_at timestamptz, p_limit int) RETURNS TABLE (tenant_id int, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH gone AS MATERIALIZED (
    SELECT x.tenant_id, x.id FROM file x WHERE x.state = 'receiving' AND x.expires_at <= p_at ORDER BY x.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
  UPDATE file f SET state = 'expired', settled_at = p_at FROM gone
   WHERE f.tenant_id = gone.tenant_id AND f.id = gone.id RETURNING f.tenant_id, f.id
$$;
REVOKE ALL ON FUNCTION sec.expire_files FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.expire_files TO fonds_worker;

-- For the worker: of the kept files that were in nothing before then, those that still are in nothing are released, so that they no
-- longer count against quotas; their bodies stay. A version that was sent holds its files for good, a draft until the next look.
-- Gives how many were looked at, and how many were released.
CREATE OR REPLACE FUNCTION sec.release_files(p_at timestamptz, p_before timestamptz, p_limit int, OUT looked int, OUT released int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE f file;
BEGIN
  looked := 0; released := 0;
  -- Whoever arranges a draft pins its files (sec.pin_files): what he has taken is passed over, and what is taken here he finds gone.
  FOR f IN SELECT * FROM file x WHERE x.state = 'kept' AND x.held_at <= p_before ORDER BY x.held_at LIMIT p_limit FOR UPDATE SKIP LOCKED LOOP
    looked := looked + 1;
    IF EXISTS (SELECT FROM attachment a JOIN record_version v ON v.tenant_id = a.tenant_id AND v.record_id = a.record_id AND v.version = a.version
                WHERE a.tenant_id = f.tenant_id AND a.file_id = f.id AND v.submitted) THEN
      UPDATE file SET held_at = NULL WHERE tenant_id = f.tenant_id AND id = f.id;
    ELSIF EXISTS (SELECT FROM attachment a WHERE a.tenant_id = f.tenant_id AND a.file_id = f.id) THEN
      UPDATE file SET held_at = p_at WHERE tenant_id = f.tenant_id AND id = f.id;
    ELSE
      DELETE FROM preview WHERE tenant_id = f.tenant_id AND file_id = f.id;
      UPDATE file SET state = 'expired', settled_at = p_at, held_at = NULL, preview = NULL, sha256 = NULL, sm3 = NULL, chunks = NULL,
             media_type = NULL, puid = NULL, scan = NULL
       WHERE tenant_id = f.tenant_id AND id = f.id;
      INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after)
      VALUES (f.tenant_id, p_at, f.account_id, f.post_id, f.org_id, 'file.release', 'file', 'file:' || replace(f.id::text, '-', ''),
              jsonb_build_object('sha256', encode(f.sha256, 'hex'), 'length', f.length));
      released := released + 1;
    END IF;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION sec.release_files FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.release_files TO fonds_worker;

-- Files that are about to be attached stay what they are until the end of the transaction.
CREATE OR REPLACE FUNCTION sec.pin_files(p_ids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM file f WHERE f.tenant_id = sec.tenant() AND f.id = ANY (p_ids) AND array_position(sec.orgs(), f.org_id) IS NOT NULL
    ORDER BY f.id FOR KEY SHARE;
END $$;
ALTER FUNCTION sec.pin_files OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.pin_files FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.pin_files TO fonds_app;

-- For the worker: which staged bytes are still wanted. What is not among these was given up, refused or kept.
CREATE OR REPLACE FUNCTION sec.files_wanted(p_ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT f.id FROM file f WHERE f.id = ANY (p_ids) AND f.state IN ('receiving','examining')
$$;
REVOKE ALL ON FUNCTION sec.files_wanted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.files_wanted TO fonds_worker;

-- For the scrub: bodies that were not read whole for the longest time.
CREATE OR REPLACE FUNCTION sec.bodies_to_check(p_before timestamptz, p_limit int)
RETURNS TABLE (tenant_id int, sha256 bytea, sm3 bytea, chunks bytea, length bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.sha256, b.sm3, b.chunks, b.length FROM body b WHERE b.checked_at < p_before ORDER BY b.checked_at LIMIT p_limit
$$;
REVOKE ALL ON FUNCTION sec.bodies_to_check FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.bodies_to_check TO fonds_worker;

CREATE OR REPLACE FUNCTION sec.body_checked(p_tenant int, p_sha256 bytea, p_damaged boolean, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE body SET checked_at = p_at, damaged = p_damaged WHERE tenant_id = p_tenant AND sha256 = p_sha256;
END $$;
ALTER FUNCTION sec.body_checked OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.body_checked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.body_checked TO fonds_worker;

-- A copy was found wrong: by the scrub, or by somebody who read what he may. While a place is away that may have what is good, the body
-- is not called damaged: it is the first one of the next scrub.
DROP FUNCTION IF EXISTS sec.write_incident(int, bytea, text, text, boolean, timestamptz);
CREATE OR REPLACE FUNCTION sec.write_incident(p_tenant int, p_sha256 bytea, p_place text, p_found text, p_healed boolean, p_open boolean,
    p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  INSERT INTO body_incident (tenant_id, sha256, place, found, healed, at) VALUES (p_tenant, p_sha256, p_place, p_found, p_healed, p_at);
  IF p_open THEN UPDATE body SET checked_at = 'epoch' WHERE tenant_id = p_tenant AND sha256 = p_sha256;
  ELSIF NOT p_healed THEN UPDATE body SET damaged = true WHERE tenant_id = p_tenant AND sha256 = p_sha256; END IF;
END $$;
ALTER FUNCTION sec.write_incident OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.write_incident FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.write_incident TO fonds_worker;

-- For a gateway without a worker: what it found wrong with a copy while somebody read what he may. It is only told: the verdict on the
-- body is the worker's, whose scrub looks at this one before all others. Of a body that is not there nothing is written, and nothing said.
-- It sets no context: whoever calls it keeps the tenant that he has entered, or none.
CREATE OR REPLACE FUNCTION sec.tell_incident(p_tenant int, p_sha256 bytea, p_place text, p_found text, p_healed boolean, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_place NOT IN ('main','copy') OR p_found NOT IN ('missing','length','altered','unreadable') THEN
    RAISE EXCEPTION 'tell_incident: no such place or fault' USING ERRCODE = 'FD002';
  END IF;
  INSERT INTO body_incident (tenant_id, sha256, place, found, healed, at)
  SELECT b.tenant_id, b.sha256, p_place, p_found, p_healed, p_at FROM body b WHERE b.tenant_id = p_tenant AND b.sha256 = p_sha256;
  IF NOT p_healed THEN UPDATE body SET checked_at = 'epoch' WHERE tenant_id = p_tenant AND sha256 = p_sha256; END IF;
END $$;
REVOKE ALL ON FUNCTION sec.tell_incident FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.tell_incident TO fonds_app;

-- For the worker: takes the file whose pictures have waited longest, for five minutes; a worker that is killed with it gives it
-- back by that. One that has been taken in vain too often is left without.
CREATE OR REPLACE FUNCTION sec.take_preview(p_at timestamptz)
RETURNS TABLE (tenant_id int, id uuid, media_type text, sha256 bytea, chunks bytea, length bigint, tries smallint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH due AS MATERIALIZED (
    SELECT x.tenant_id, x.id FROM file x WHERE x.preview = 'wanted' AND x.preview_at <= p_at ORDER BY x.preview_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE file f SET preview_at = p_at + interval '5 minutes', preview_tries = f.preview_tries + 1,
         preview = CASE WHEN f.preview_tries >= 5 THEN 'none' ELSE f.preview END
    FROM due WHERE f.tenant_id = due.tenant_id AND f.id = due.id
  RETURNING f.tenant_id, f.id, f.media_type, f.sha256, f.chunks, f.length, f.preview_tries
$$;
REVOKE ALL ON FUNCTION sec.take_preview FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.take_preview TO fonds_worker;

-- For the worker: the same body of the same tenant has pictures already: they are taken over.
CREATE OR REPLACE FUNCTION sec.copy_previews(p_tenant int, p_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  INSERT INTO preview (tenant_id, file_id, page, org_id, width, height, length, sha256, chunks)
  SELECT f.tenant_id, f.id, p.page, f.org_id, p.width, p.height, p.length, p.sha256, p.chunks
    FROM file f JOIN preview p ON p.tenant_id = f.tenant_id
     AND p.file_id = (SELECT x.id FROM file x WHERE x.tenant_id = f.tenant_id AND x.sha256 = f.sha256 AND x.preview = 'made' LIMIT 1)
   WHERE f.tenant_id = p_tenant AND f.id = p_id AND f.preview = 'wanted'
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE file SET preview = 'made' WHERE tenant_id = p_tenant AND id = p_id;
  RETURN true;
END $$;
ALTER FUNCTION sec.copy_previews OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.copy_previews FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.copy_previews TO fonds_worker;

-- For the worker: a picture is durable in its places; made again it takes the place of the one before.
CREATE OR REPLACE FUNCTION sec.keep_preview(p_tenant int, p_id uuid, p_page smallint, p_sha256 bytea, p_sm3 bytea, p_chunks bytea,
    p_length bigint, p_width int, p_height int, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  INSERT INTO body (tenant_id, sha256, sm3, chunks, length, kept_at, checked_at)
  VALUES (p_tenant, p_sha256, p_sm3, p_chunks, p_length, p_at, p_at) ON CONFLICT (tenant_id, sha256) DO NOTHING;
  INSERT INTO preview (tenant_id, file_id, page, org_id, width, height, length, sha256, chunks)
  SELECT p_tenant, f.id, p_page, f.org_id, p_width, p_height, p_length, p_sha256, p_chunks
    FROM file f WHERE f.tenant_id = p_tenant AND f.id = p_id AND f.state = 'kept'
  ON CONFLICT (tenant_id, file_id, page) DO UPDATE SET width = excluded.width, height = excluded.height, length = excluded.length,
    sha256 = excluded.sha256, chunks = excluded.chunks;
END $$;
ALTER FUNCTION sec.keep_preview OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.keep_preview FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.keep_preview TO fonds_worker;

-- For the worker: every picture of a file is made, or none can be; or, with a time, the machine failed and it is tried again then.
CREATE OR REPLACE FUNCTION sec.previewed(p_tenant int, p_id uuid, p_made boolean, p_again timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  UPDATE file SET preview = CASE WHEN p_again IS NOT NULL THEN preview WHEN p_made THEN 'made' ELSE 'none' END,
         preview_tries = CASE WHEN p_again IS NULL THEN preview_tries ELSE preview_tries - 1 END, preview_at = coalesce(p_again, preview_at)
   WHERE tenant_id = p_tenant AND id = p_id AND preview = 'wanted';
END $$;
ALTER FUNCTION sec.previewed OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.previewed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.previewed TO fonds_worker;

-- The way in by a signed link: as sec.enter, so that session, account and posts are those of this moment, and only for who was given
-- the link by the holder of the session's token: the signature is HMAC-SHA-256 (RFC 2104) with the token's digest as the key.
CREATE OR REPLACE FUNCTION sec.enter_link(p_tenant_key text, p_session uuid, p_address text, p_until bigint, p_mac bytea, p_begun timestamptz, p_at timestamptz)
RETURNS TABLE (tenant_id int, account_id uuid, session_id uuid, locale text, introspect boolean, policy_version bigint,
               post_ids uuid[], post_orgs uuid[], post_roles text[], post_duties text[], post_paths text[], post_levels smallint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_key bytea;
  v_inner bytea := decode(repeat('36', 64), 'hex');
  v_outer bytea := decode(repeat('5c', 64), 'hex');
  v_said bytea := convert_to(concat_ws(E'\n', 'fonds link 1', p_tenant_key, replace(p_session::text, '-', ''), p_until, p_address), 'UTF8');
BEGIN
  SELECT s.token_hash INTO v_key FROM tenant t JOIN session s ON s.tenant_id = t.id AND s.id = p_session WHERE t.key = p_tenant_key;
  IF v_key IS NULL OR to_timestamp(p_until) <= p_begun OR to_timestamp(p_until) > p_begun + interval '1 minute' THEN RETURN; END IF;
  FOR i IN 0..31 LOOP
    v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # get_byte(v_key, i));
    v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # get_byte(v_key, i));
  END LOOP;
  -- Digests are compared, so that the time tells nothing of how much was guessed right.
  IF sha256(sha256(v_outer || sha256(v_inner || v_said))) IS DISTINCT FROM sha256(p_mac) THEN RETURN; END IF;
  RETURN QUERY SELECT * FROM sec.enter(p_tenant_key, v_key, NULL, p_at);
END $$;
REVOKE ALL ON FUNCTION sec.enter_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.enter_link TO fonds_app;
