-- The counts that stand over the lists of an organisation: the same ranges, each up to 10,000. $3, $4: up to which
-- confidentiality own records and receipts are listed, -1 where none are; $6 likewise, who may confirm. A record is as confidential as
-- its newest version. Nobody confirms what he has written himself ($7), nor anything of an organisation that is closed.
SELECT
  (SELECT count(*) FROM (
     SELECT FROM record r WHERE $3 >= 0 AND r.tenant_id = $1 AND r.org_id = $2 AND r.state = 'draft'
        AND ($3 >= 1 OR (SELECT v.confidentiality FROM record_version v WHERE v.tenant_id = $1 AND v.record_id = r.id
                          ORDER BY v.version DESC LIMIT 1) <= $3)
      LIMIT 10000) x) AS "drafts!",
  (SELECT count(*) FROM (
     SELECT FROM record r WHERE $3 >= 0 AND r.tenant_id = $1 AND r.org_id = $2 AND r.state = 'returned'
        AND ($3 >= 1 OR (SELECT v.confidentiality FROM record_version v WHERE v.tenant_id = $1 AND v.record_id = r.id
                          ORDER BY v.version DESC LIMIT 1) <= $3)
      LIMIT 10000) x) AS "returned!",
  (SELECT count(*) FROM (
     SELECT FROM record r WHERE $3 >= 0 AND r.tenant_id = $1 AND r.org_id = $2 AND r.state = 'in_review'
        AND ($3 >= 1 OR (SELECT v.confidentiality FROM record_version v WHERE v.tenant_id = $1 AND v.record_id = r.id
                          ORDER BY v.version DESC LIMIT 1) <= $3)
      LIMIT 10000) x) AS "in_review!",
  (SELECT count(*) FROM (
     SELECT FROM record r WHERE $6 >= 0 AND r.tenant_id = $1 AND r.org_id = $2 AND r.asked_rev IS NOT NULL AND r.asked_by <> $7
        AND EXISTS (SELECT FROM org o WHERE o.tenant_id = $1 AND o.id = $2 AND o.state = 'active')
        AND ($6 >= 1 OR (SELECT v.confidentiality FROM record_version v WHERE v.tenant_id = $1 AND v.record_id = r.id
                          ORDER BY v.version DESC LIMIT 1) <= $6)
      LIMIT 10000) x) AS "to_confirm!",
  (SELECT count(*) FROM (
     SELECT FROM receipt WHERE $4 >= 0 AND tenant_id = $1 AND org_id = $2 AND state = 'pending' AND confidentiality <= $4
      LIMIT 10000) x) AS "to_review!",
  (SELECT count(*) FROM (
     SELECT FROM receipt WHERE $4 >= 0 AND tenant_id = $1 AND org_id = $2 AND state = 'pending' AND confidentiality <= $4
        AND received_at < $5
      LIMIT 10000) x) AS "overdue!",
  (SELECT count(*) FROM (
     SELECT FROM receipt WHERE $4 >= 0 AND tenant_id = $1 AND org_id = $2 AND confidentiality <= $4
      LIMIT 10000) x) AS "held!"
