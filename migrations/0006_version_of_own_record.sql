-- A version and a line of the timeline name a record of the organisation that they say they are of. Until now the policies
-- looked at the organisation alone: a row that named somebody else's record would have stood in the way of its next version
-- or step. A record is written before the rows that name it: within one statement they would not see it.
ALTER POLICY draft ON record_version
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL AND NOT submitted
              AND EXISTS (SELECT FROM record r WHERE r.tenant_id = record_version.tenant_id AND r.id = record_version.record_id
                           AND r.org_id = record_version.org_id));
ALTER POLICY draft ON event
  WITH CHECK (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL
              AND round IS NULL AND step = 'created' AND who = (SELECT sec.who())
              AND EXISTS (SELECT FROM record r WHERE r.tenant_id = event.tenant_id AND r.id = event.record_id
                           AND r.org_id = event.org_id));
