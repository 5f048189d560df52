-- What the administrators know of objects of others (docs/decisions/012-three-administrators.md). The auditor: what the objects of a
-- page of entries are, in words. The security administrator: where an object stands and in which state, so that he can say why somebody
-- may or may not. Neither learns a content.

-- Title of a record as far as the auditor may know it: of what is public and was sent, and not taken back. The newest version
-- decides, too: what was made internal since is kept back.
CREATE OR REPLACE FUNCTION sec.open_title(p_record uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT v.title
    FROM record r
    JOIN record_version n ON n.tenant_id = r.tenant_id AND n.record_id = r.id AND n.version = r.version AND n.confidentiality = 0
    JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.id AND s.round = r.round
    JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = s.version AND v.confidentiality = 0
   WHERE r.tenant_id = sec.tenant() AND r.id = p_record AND r.state IN ('in_review','returned','final') AND 'audit' = ANY (sec.duties())
$$;
ALTER FUNCTION sec.open_title OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.open_title FROM PUBLIC;

-- One statement for all objects of a page: where each stands, whose it is, of which type, as what, and the receipt that a record was given first.
CREATE OR REPLACE FUNCTION sec.audit_objects(p_kinds text[], p_ids uuid[])
RETURNS TABLE (nth int, org_id uuid, account_id uuid, type_name jsonb, role text, name text, receipt_org uuid, receipt_no bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT w.nth::int, x.org_id, x.account_id, x.type_name, x.role, x.name, x.receipt_org, x.no
    FROM unnest(p_kinds, p_ids) WITH ORDINALITY AS w(kind, id, nth)
   CROSS JOIN LATERAL (
     SELECT r.org_id, NULL::uuid AS account_id, t.body -> 'name' AS type_name, NULL::text AS role, sec.open_title(r.id) AS name, q.org_id AS receipt_org, q.no
       FROM record r
       JOIN record_type t ON t.tenant_id = r.tenant_id AND t.code = r.type AND t.version = r.type_version
       LEFT JOIN LATERAL (SELECT c.org_id, c.no FROM receipt c
                           WHERE c.tenant_id = r.tenant_id AND c.record_id = r.id AND c.round = r.round AND c.state NOT IN ('withdrawn','recalled')
                           ORDER BY c.received_at, c.no LIMIT 1) AS q ON true
      WHERE w.kind = 'record' AND r.tenant_id = sec.tenant() AND r.id = w.id
     UNION ALL
     SELECT f.org_id, f.account_id, NULL, NULL,
            (SELECT a.name FROM attachment a
              WHERE a.tenant_id = f.tenant_id AND a.file_id = f.id AND sec.open_title(a.record_id) IS NOT NULL
                AND EXISTS (SELECT FROM submission s JOIN record r ON r.tenant_id = s.tenant_id AND r.id = s.record_id AND r.round = s.round
                             WHERE s.tenant_id = a.tenant_id AND s.record_id = a.record_id AND s.version = a.version)
              ORDER BY a.record_id, a.version DESC LIMIT 1), NULL, NULL
       FROM file f WHERE w.kind = 'file' AND f.tenant_id = sec.tenant() AND f.id = w.id
     UNION ALL
     SELECT p.org_id, p.account_id, NULL, p.role, NULL, NULL, NULL FROM post p WHERE w.kind = 'post' AND p.tenant_id = sec.tenant() AND p.id = w.id
     UNION ALL
     SELECT h.org_id, NULL, NULL, NULL, h.name, NULL, NULL FROM webhook h WHERE w.kind = 'webhook' AND h.tenant_id = sec.tenant() AND h.id = w.id
   ) AS x
   WHERE 'audit' = ANY (sec.duties())
$$;
ALTER FUNCTION sec.audit_objects OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.audit_objects FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_objects TO fonds_app;

-- Records whose open title begins so: one range of record_version_title.
CREATE OR REPLACE FUNCTION sec.audit_titled(p_begins text, p_limit int) RETURNS TABLE (record_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT v.record_id
    FROM record_version v
   WHERE v.tenant_id = sec.tenant() AND v.submitted AND v.confidentiality = 0
     AND v.title ~>=~ p_begins AND v.title ~<~ (p_begins || chr(1114111))
     AND 'audit' = ANY (sec.duties())
     -- As it was sent last: an earlier title leads nowhere, and each record stands here once.
     AND EXISTS (SELECT FROM record r JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.id AND s.round = r.round
                  WHERE r.tenant_id = v.tenant_id AND r.id = v.record_id AND s.version = v.version)
     AND sec.open_title(v.record_id) IS NOT NULL
   ORDER BY v.title USING ~<~, v.record_id LIMIT p_limit
$$;
ALTER FUNCTION sec.audit_titled OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.audit_titled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_titled TO fonds_app;

-- The record that a receipt was given for.
CREATE OR REPLACE FUNCTION sec.audit_received(p_org uuid, p_no bigint) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT q.record_id FROM receipt q
   WHERE q.tenant_id = sec.tenant() AND q.org_id = p_org AND q.no = p_no AND 'audit' = ANY (sec.duties())
$$;
ALTER FUNCTION sec.audit_received OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.audit_received FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.audit_received TO fonds_app;

-- For an explanation: where a record stands, and what its state allows. To the security administrator any record of the tenant, to
-- others their own and what they have received.
CREATE OR REPLACE FUNCTION sec.explain_record(p_record uuid)
RETURNS TABLE (org_id uuid, path text, level smallint, org_active boolean, type text, state text, confidentiality smallint,
               author uuid, submitted boolean, round int, sent_state text, route uuid[], "position" smallint, submitted_by uuid, approved_by uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.org_id, o.path, o.level, o.state = 'active', r.type, r.state, v.confidentiality, v.author, v.submitted,
         s.round, s.state, s.route, s.position, s.submitted_by,
         (SELECT q.decided_by FROM receipt q
           WHERE q.tenant_id = s.tenant_id AND q.record_id = s.record_id AND q.round = s.round AND q.state = 'approved'
             AND q.org_id = s.route[s.position - 1])
    FROM record r
    JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
    JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
    LEFT JOIN submission s ON s.tenant_id = r.tenant_id AND s.record_id = r.id AND s.round = r.round
   WHERE r.tenant_id = sec.tenant() AND r.id = p_record
     AND ('security' = ANY (sec.duties()) OR r.org_id = ANY (sec.orgs())
          OR EXISTS (SELECT FROM receipt q WHERE q.tenant_id = r.tenant_id AND q.record_id = r.id AND q.state <> 'withdrawn' AND q.org_id = ANY (sec.orgs())))
$$;
ALTER FUNCTION sec.explain_record OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.explain_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.explain_record TO fonds_app;

-- The same of a receipt: to the security administrator any, to others those of their organisations.
CREATE OR REPLACE FUNCTION sec.explain_receipt(p_org uuid, p_no bigint)
RETURNS TABLE (path text, level smallint, confidentiality smallint, state text, record_id uuid, round int, sent_state text, route uuid[],
               "position" smallint, submitted_by uuid, author uuid, decided_by uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT o.path, o.level, q.confidentiality, q.state, q.record_id, q.round, s.state, s.route, s.position, s.submitted_by, v.author, q.decided_by
    FROM receipt q
    JOIN org o ON o.tenant_id = q.tenant_id AND o.id = q.org_id
    JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
    JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version
   WHERE q.tenant_id = sec.tenant() AND q.org_id = p_org AND q.no = p_no
     AND ('security' = ANY (sec.duties()) OR p_org = ANY (sec.orgs()))
$$;
ALTER FUNCTION sec.explain_receipt OWNER TO fonds_flow;
REVOKE ALL ON FUNCTION sec.explain_receipt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.explain_receipt TO fonds_app;
