-- The only way to a password digest. No row: unknown tenant or login, and the caller spends the same time all the same.
CREATE OR REPLACE FUNCTION sec.sign_in(p_tenant_key text, p_login text)
RETURNS TABLE (tenant_id int, account_id uuid, password text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT t.id, c.account_id, c.password, c.locked_until
    FROM tenant t
    JOIN credential c ON c.tenant_id = t.id AND c.login = p_login
    JOIN account a ON a.tenant_id = t.id AND a.id = c.account_id
   WHERE t.key = p_tenant_key AND t.state = 'open' AND a.state = 'open' AND c.password IS NOT NULL
$$;
REVOKE ALL ON FUNCTION sec.sign_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.sign_in TO fonds_app;

-- The password was right: a session begins, failures are forgotten, the audit knows.
CREATE OR REPLACE FUNCTION sec.signed_in(p_tenant int, p_account uuid, p_session uuid, p_token_hash bytea,
    p_label text, p_at timestamptz, p_expires timestamptz, p_origin text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE credential SET failures = 0, locked_until = NULL WHERE tenant_id = p_tenant AND account_id = p_account;
  INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, created_at, expires_at)
  VALUES (p_tenant, p_session, p_account, p_token_hash, 'browser', p_label, p_at, p_expires);
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id, origin)
  VALUES (p_tenant, p_at, p_account, 'session.begin', 'session', p_session::text, p_origin);
END $$;
REVOKE ALL ON FUNCTION sec.signed_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.signed_in TO fonds_app;

-- The password was wrong: the fifth failure in a row locks for a minute, each further one twice as long, an hour at most.
CREATE OR REPLACE FUNCTION sec.sign_in_failed(p_tenant int, p_account uuid, p_at timestamptz, p_origin text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE credential SET failures = failures + 1,
         locked_until = CASE WHEN failures + 1 >= 5
           THEN p_at + least(interval '1 minute' * power(2, least(failures + 1 - 5, 10)), interval '1 hour') END
   WHERE tenant_id = p_tenant AND account_id = p_account;
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id, origin)
  VALUES (p_tenant, p_at, p_account, 'session.refused', 'account', p_account::text, p_origin);
END $$;
REVOKE ALL ON FUNCTION sec.sign_in_failed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.sign_in_failed TO fonds_app;

-- An invitation is accepted once, before it expires: the account opens with its first password.
CREATE OR REPLACE FUNCTION sec.accept_invitation(p_tenant_key text, p_token_hash bytea, p_password text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE v_tenant int; v_account uuid;
BEGIN
  UPDATE invitation i SET accepted_at = p_at FROM tenant t, account a
   WHERE t.key = p_tenant_key AND t.state = 'open' AND i.tenant_id = t.id AND i.token_hash = p_token_hash
     AND i.accepted_at IS NULL AND p_at < i.expires_at
     AND a.tenant_id = i.tenant_id AND a.id = i.account_id AND a.state = 'invited'
  RETURNING i.tenant_id, i.account_id INTO v_tenant, v_account;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE credential SET password = p_password, changed_at = p_at WHERE tenant_id = v_tenant AND account_id = v_account;
  UPDATE account SET state = 'open' WHERE tenant_id = v_tenant AND id = v_account;
  INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
  VALUES (v_tenant, p_at, v_account, 'account.accept', 'account', v_account::text);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION sec.accept_invitation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.accept_invitation TO fonds_app;

-- The login behind an open invitation, so that the password can be checked against it.
CREATE OR REPLACE FUNCTION sec.invited(p_tenant_key text, p_token_hash bytea, p_at timestamptz)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.login FROM tenant t
    JOIN invitation i ON i.tenant_id = t.id AND i.token_hash = p_token_hash
    JOIN credential c ON c.tenant_id = i.tenant_id AND c.account_id = i.account_id
   WHERE t.key = p_tenant_key AND i.accepted_at IS NULL AND p_at < i.expires_at
$$;
REVOKE ALL ON FUNCTION sec.invited FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.invited TO fonds_app;

-- One's own password digest, and its change: every other session ends.
CREATE OR REPLACE FUNCTION sec.own_credential()
RETURNS TABLE (login text, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.login, c.password FROM credential c WHERE c.tenant_id = sec.tenant() AND c.account_id = sec.who()
$$;
REVOKE ALL ON FUNCTION sec.own_credential FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.own_credential TO fonds_app;

CREATE OR REPLACE FUNCTION sec.change_password(p_password text, p_keep uuid, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE credential SET password = p_password, changed_at = p_at, failures = 0, locked_until = NULL
   WHERE tenant_id = sec.tenant() AND account_id = sec.who();
  UPDATE session SET ended_at = p_at
   WHERE tenant_id = sec.tenant() AND account_id = sec.who() AND id <> p_keep AND ended_at IS NULL;
END $$;
REVOKE ALL ON FUNCTION sec.change_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.change_password TO fonds_app;
