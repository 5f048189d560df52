-- Organisations are found by any part of their name through the pairs of characters in it: PostgreSQL's trigrams need three,
-- and most Chinese words have two.

-- Half and full width, capital and small letters are one.
CREATE FUNCTION sec.folded(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT lower(normalize(p_text, NFKC) COLLATE "C") $$;
REVOKE ALL ON FUNCTION sec.folded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.folded TO fonds_flow;

-- Each pair as a number, the tenant's before it: 21 bits hold any character.
CREATE FUNCTION sec.pairs(p_tenant int, p_text text) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_letters text[] := string_to_array(lower(normalize(p_text, NFKC) COLLATE "C"), NULL);
  v_tenant bigint := p_tenant::bigint << 42; v_pairs bigint[] := '{}'; v_last bigint; v_letter bigint;
BEGIN
  FOR i IN 1 .. cardinality(v_letters) LOOP
    v_letter := ascii(v_letters[i]);
    IF i > 1 THEN v_pairs[i - 1] := v_tenant | v_last << 21 | v_letter; END IF;
    v_last := v_letter;
  END LOOP;
  RETURN v_pairs;
END $$;
REVOKE ALL ON FUNCTION sec.pairs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.pairs TO fonds_flow;

CREATE INDEX org_name_pairs ON org USING gin (sec.pairs(tenant_id, name || E'\n' || coalesce(short_name, '')));
ANALYZE org;
