SELECT
  (SELECT coalesce(sum(f.n), 0)::bigint FROM sec.figures($2, $3, $4, ARRAY[$5::text], $6, false) AS f
    WHERE f.state = $7 AND f.child IS NOT DISTINCT FROM $8::uuid) AS "total!",
  (SELECT count(*) FROM (
     SELECT FROM submission s
       JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version
      WHERE $11::smallint >= 0 AND s.tenant_id = $1 AND s.org_id = $2 AND s.month BETWEEN $9 AND $10 AND s.state = $7
        AND ($5 = '*' OR s.type = $5 OR $5 = ANY (s.tags)) AND v.confidentiality <= $11
      LIMIT $14::int) AS some_of_them) AS "own!",
  sec.drill_count($2, $9, $10, $5, $7, $12, $13, $11, $14::int) AS "received!"
