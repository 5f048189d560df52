-- Signing in, invitations and passwords: the few acts of somebody who has not entered, or that touch a digest.

-- The form of ids outside: `kind:32 hex digits`.
CREATE OR REPLACE FUNCTION sec.public_id(p_kind text, p_id uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT p_kind || ':' || replace(p_id::text, '-', '') $$;

-- The only way to a password digest. No row: unknown tenant or login, and the caller spends the same time all the same.
DROP FUNCTION IF EXISTS sec.sign_in(text, text);
CREATE FUNCTION sec.sign_in(p_tenant_key text, p_login text)
RETURNS TABLE (tenant_id int, account_id uuid, name text, password text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id, c.account_id, a.name, c.password, c.locked_until
    FROM tenant t
    JOIN credential c ON c.tenant_id = t.id AND c.login = p_login
    JOIN account a ON a.tenant_id = t.id AND a.id = c.account_id
   WHERE t.key = p_tenant_key AND t.state = 'open' AND a.state = 'open' AND c.password IS NOT NULL
$$;
REVOKE ALL ON FUNCTION sec.sign_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.sign_in TO fonds_app;

-- The password was right: a session begins, failures are forgotten, the audit knows. False: the account was locked, shut
-- out or given another password while the digest was computed; so guesses sent at once do not get past the lock.
DROP FUNCTION IF EXISTS sec.signed_in(int, uuid, uuid, bytea, text, timestamptz, timestamptz, text);
CREATE OR REPLACE FUNCTION sec.signed_in(p_tenant int, p_account uuid, p_password text, p_session uuid, p_token_hash bytea,
    p_label text, p_at timestamptz, p_expires timestamptz, p_origin text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE credential c SET failures = 0, locked_until = NULL FROM account a
   WHERE c.tenant_id = p_tenant AND c.account_id = p_account AND c.password = p_password
     AND (c.locked_until IS NULL OR c.locked_until <= p_at)
     AND a.tenant_id = c.tenant_id AND a.id = c.account_id AND a.state = 'open';
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, created_at, expires_at)
  VALUES (p_tenant, p_session, p_account, p_token_hash, 'browser', p_label, p_at, p_expires);
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id, origin)
  VALUES (p_tenant, p_at, p_account, 'session.begin', 'session', sec.public_id('session', p_session), p_origin);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION sec.signed_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.signed_in TO fonds_app;

-- The password was wrong: the fifth failure in a row locks for a minute, each further one twice as long, an hour at most.
-- While locked nothing is counted, so that nobody can keep another out for ever by going on.
DROP FUNCTION IF EXISTS sec.sign_in_failed(int, uuid, timestamptz, text);
CREATE FUNCTION sec.sign_in_failed(p_tenant int, p_account uuid, p_at timestamptz, p_origin text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_failures int;
BEGIN
  UPDATE credential SET failures = failures + 1,
         locked_until = CASE WHEN failures + 1 >= 5
           THEN p_at + least(interval '1 minute' * power(2, least(failures + 1 - 5, 10)), interval '1 hour') END
   WHERE tenant_id = p_tenant AND account_id = p_account AND (locked_until IS NULL OR locked_until <= p_at)
  RETURNING failures INTO v_failures;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id, after, origin)
  VALUES (p_tenant, p_at, p_account, 'session.refused', 'account', sec.public_id('account', p_account),
          jsonb_build_object('failures', v_failures), p_origin);
END $$;
REVOKE ALL ON FUNCTION sec.sign_in_failed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.sign_in_failed TO fonds_app;

-- An invitation is accepted once, before it expires: the account opens with its first password.
DROP FUNCTION IF EXISTS sec.accept_invitation(text, bytea, text, timestamptz);
CREATE OR REPLACE FUNCTION sec.accept_invitation(p_tenant_key text, p_token_hash bytea, p_password text, p_at timestamptz,
    p_origin text DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_tenant int; v_account uuid;
BEGIN
  UPDATE invitation i SET accepted_at = p_at FROM tenant t, account a
   WHERE t.key = p_tenant_key AND t.state = 'open' AND i.tenant_id = t.id AND i.token_hash = p_token_hash
     AND i.accepted_at IS NULL AND p_at < i.expires_at
     AND a.tenant_id = i.tenant_id AND a.id = i.account_id AND a.state = 'invited'
  RETURNING i.tenant_id, i.account_id INTO v_tenant, v_account;
  IF NOT FOUND THEN RETURN false; END IF;
  -- Of two invitations accepted at once, one finds the account open.
  UPDATE account SET state = 'open' WHERE tenant_id = v_tenant AND id = v_account AND state = 'invited';
  IF NOT FOUND THEN RAISE EXCEPTION 'account: changed meanwhile' USING ERRCODE = 'FD001'; END IF;
  UPDATE credential SET password = p_password, changed_at = p_at WHERE tenant_id = v_tenant AND account_id = v_account;
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id, origin)
  VALUES (v_tenant, p_at, v_account, 'account.accept', 'account', sec.public_id('account', v_account), p_origin);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION sec.accept_invitation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.accept_invitation TO fonds_app;

-- One invites once more because the invitation was lost, or has come to the wrong one: those from before open nothing any more.
CREATE OR REPLACE FUNCTION sec.end_invitations(p_account uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM account a WHERE a.tenant_id = sec.tenant() AND a.id = p_account AND a.state = 'invited' AND sec.governs(a.home_org))
     OR NOT sec.duties() && '{system,organisation}' THEN
    RAISE EXCEPTION 'end_invitations: nobody of whom the actor governs' USING ERRCODE = 'FD002';
  END IF;
  UPDATE invitation SET expires_at = p_at WHERE tenant_id = sec.tenant() AND account_id = p_account AND accepted_at IS NULL AND expires_at > p_at;
END $$;
REVOKE ALL ON FUNCTION sec.end_invitations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.end_invitations TO fonds_app;

-- Another address for somebody who is not in yet, by whoever may invite there. Nobody but its owner reads or writes the address of
-- somebody who is in.
CREATE OR REPLACE FUNCTION sec.readdress_invited(p_account uuid, p_email text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM account a WHERE a.tenant_id = sec.tenant() AND a.id = p_account AND a.state = 'invited' AND sec.governs(a.home_org) FOR UPDATE;
  IF NOT FOUND OR NOT sec.duties() && '{system,organisation}' THEN
    RAISE EXCEPTION 'readdress_invited: nobody of whom the actor governs' USING ERRCODE = 'FD002';
  END IF;
  INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), p_account, p_email)
  ON CONFLICT (tenant_id, account_id) DO UPDATE SET email = excluded.email;
END $$;
REVOKE ALL ON FUNCTION sec.readdress_invited FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.readdress_invited TO fonds_app;

-- The login behind an open invitation, so that the password can be checked against it.
CREATE OR REPLACE FUNCTION sec.invited(p_tenant_key text, p_token_hash bytea, p_at timestamptz)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.login FROM tenant t
    JOIN invitation i ON i.tenant_id = t.id AND i.token_hash = p_token_hash
    JOIN account a ON a.tenant_id = i.tenant_id AND a.id = i.account_id
    JOIN credential c ON c.tenant_id = i.tenant_id AND c.account_id = i.account_id
   WHERE t.key = p_tenant_key AND t.state = 'open' AND a.state = 'invited' AND i.accepted_at IS NULL AND p_at < i.expires_at
$$;
REVOKE ALL ON FUNCTION sec.invited FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.invited TO fonds_app;

-- One's own password digest, and its change: every other session ends. False: it was changed meanwhile.
DROP FUNCTION IF EXISTS sec.own_credential();
CREATE FUNCTION sec.own_credential()
RETURNS TABLE (login text, password text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.login, c.password, c.locked_until FROM credential c WHERE c.tenant_id = sec.tenant() AND c.account_id = sec.who()
$$;
REVOKE ALL ON FUNCTION sec.own_credential FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.own_credential TO fonds_app;

DROP FUNCTION IF EXISTS sec.change_password(text, uuid, timestamptz);
CREATE OR REPLACE FUNCTION sec.change_password(p_old text, p_new text, p_keep uuid, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE credential SET password = p_new, changed_at = p_at, failures = 0, locked_until = NULL
   WHERE tenant_id = sec.tenant() AND account_id = sec.who() AND password = p_old;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE session SET ended_at = p_at
   WHERE tenant_id = sec.tenant() AND account_id = sec.who() AND id <> p_keep AND ended_at IS NULL;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION sec.change_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.change_password TO fonds_app;

-- One's own address, another one or none, by the password that was checked, which ends the count of wrong ones. Where one was there
-- before, it is told by letter: whoever sits at somebody's open browser leads no letters away unseen. What the new one is, that letter
-- does not say. Gives whether it was done; not, where password, lock or address have changed meanwhile.
CREATE OR REPLACE FUNCTION sec.readdress(p_password text, p_former text, p_email text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_former text;
BEGIN
  UPDATE credential SET failures = 0, locked_until = NULL
   WHERE tenant_id = sec.tenant() AND account_id = sec.who() AND password = p_password AND (locked_until IS NULL OR locked_until <= p_at);
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO account_contact (tenant_id, account_id) VALUES (sec.tenant(), sec.who()) ON CONFLICT DO NOTHING;
  SELECT c.email INTO v_former FROM account_contact c WHERE c.tenant_id = sec.tenant() AND c.account_id = sec.who() FOR UPDATE;
  IF v_former IS DISTINCT FROM p_former THEN RETURN false; END IF;
  UPDATE account_contact SET email = p_email WHERE tenant_id = sec.tenant() AND account_id = sec.who();
  IF v_former IS NOT NULL THEN
    INSERT INTO delivery (tenant_id, id, event, kind, about, subject, channel, recipient, address, at, due_at)
    VALUES (sec.tenant(), gen_random_uuid(), gen_random_uuid(), 'address_changed', 'address_changed ' || gen_random_uuid(), '{}', 'mail',
            sec.who(), v_former, p_at, p_at);
  END IF;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION sec.readdress FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.readdress TO fonds_app;

-- Shutting out. Who holds a post out of the actor's reach is not his to shut out, and the three administrators only the
-- system and the security administrator's. The post may be out of the actor's sight, hence a definer's function.
CREATE OR REPLACE FUNCTION sec.within_reach(p_account uuid, p_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT NOT EXISTS (
    SELECT FROM post p
     WHERE p.tenant_id = sec.tenant() AND p.account_id = p_account AND (p.valid_to IS NULL OR p.valid_to > p_at)
       AND (NOT sec.governs(p.org_id)
            OR (p.duty IN ('system','security','audit') AND NOT sec.duties() && '{system,security}')))
$$;
ALTER FUNCTION sec.within_reach OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.within_reach FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.within_reach TO fonds_app;

-- Ends the sessions of somebody who was just shut out: let in again, he signs in again.
CREATE OR REPLACE FUNCTION sec.end_sessions(p_account uuid, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_ended bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM account a WHERE a.tenant_id = sec.tenant() AND a.id = p_account AND a.state = 'suspended'
                    AND sec.governs(a.home_org) AND sec.duties() && '{system,organisation,security}') THEN
    RAISE EXCEPTION 'account: not suspended by the actor' USING ERRCODE = 'FD002';
  END IF;
  UPDATE session SET ended_at = p_at WHERE tenant_id = sec.tenant() AND account_id = p_account AND ended_at IS NULL;
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  RETURN v_ended;
END $$;
REVOKE ALL ON FUNCTION sec.end_sessions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.end_sessions TO fonds_app;

-- Has the person ever set a password? Whoever has not is invited again, not opened.
CREATE OR REPLACE FUNCTION sec.has_password(p_account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM credential c JOIN account a ON a.tenant_id = c.tenant_id AND a.id = c.account_id
                  WHERE c.tenant_id = sec.tenant() AND c.account_id = p_account AND c.password IS NOT NULL
                    AND sec.governs(a.home_org))
$$;
REVOKE ALL ON FUNCTION sec.has_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.has_password TO fonds_app;

-- The duty of a post is its role's, whatever the writer says: the exclusion of the three administrators rests on it. And
-- whoever is not the security administrator makes none of the three.
CREATE OR REPLACE FUNCTION sec.post_duty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT r.duty INTO NEW.duty FROM role r WHERE r.tenant_id = NEW.tenant_id AND r.name = NEW.role;
  IF sec.who() IS NOT NULL AND (NEW.duty = 'security' OR NEW.duty IN ('system','audit') AND NOT 'security' = ANY (sec.duties())) THEN
    RAISE EXCEPTION 'post: not given by the actor' USING ERRCODE = 'FD002';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION sec.post_duty FROM PUBLIC;
CREATE OR REPLACE TRIGGER post_duty BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION sec.post_duty();

-- An end is moved forward only: nobody prolongs a post, or brings an ended one back; it is granted again, by somebody else.
CREATE OR REPLACE FUNCTION sec.post_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF sec.who() IS NOT NULL THEN
    RAISE EXCEPTION 'post: an end is not put off' USING ERRCODE = 'FD002';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION sec.post_end FROM PUBLIC;
CREATE OR REPLACE TRIGGER post_end BEFORE UPDATE ON post FOR EACH ROW
  WHEN (OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)) EXECUTE FUNCTION sec.post_end();

-- All posts that a person holds now, for an explanation: one's own, or anybody's for the security administrator.
CREATE OR REPLACE FUNCTION sec.posts_of(p_account uuid, p_at timestamptz)
RETURNS TABLE (id uuid, org_id uuid, role text, duty text, path text, level smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE held AS (
    SELECT p.id, p.org_id, p.role, p.duty FROM post p
     WHERE p.tenant_id = sec.tenant() AND p.account_id = p_account
       AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
       AND (p_account = sec.who() OR 'security' = ANY (sec.duties()))
    UNION
    SELECT held.id, s.predecessor, held.role, held.duty
      FROM held JOIN org_succession s ON s.tenant_id = sec.tenant() AND s.successor = held.org_id)
  SELECT h.id, h.org_id, h.role, h.duty, o.path, o.level
    FROM held h JOIN org o ON o.tenant_id = sec.tenant() AND o.id = h.org_id ORDER BY h.id, o.path
$$;
ALTER FUNCTION sec.posts_of OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.posts_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.posts_of TO fonds_app;

-- Whom a change of these roles concerns, for the dry run of the security administrator: the policy is the whole tenant's,
-- and one check instead of one per row keeps a million posts readable.
CREATE OR REPLACE FUNCTION sec.posts_in_roles(p_roles text[], p_at timestamptz, p_limit int)
RETURNS TABLE (account_id uuid, org_id uuid, role text, path text, level smallint, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.account_id, p.org_id, p.role, o.path, o.level, count(*) OVER ()
    FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
   WHERE p.tenant_id = sec.tenant() AND 'security' = ANY (sec.duties()) AND p.role = ANY (p_roles)
     AND p.valid_from <= p_at AND (p.valid_to IS NULL OR p_at < p.valid_to)
   ORDER BY p.id LIMIT p_limit
$$;
ALTER FUNCTION sec.posts_in_roles OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.posts_in_roles FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.posts_in_roles TO fonds_app;
