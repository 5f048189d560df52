-- Whoever wrote what nobody above reviews asks the others of his organisation to confirm it: who asked, when, of which revision. It
-- holds for that revision alone: every change of the record ends it (functions/11_confirmation.sql), and what is kept here of another
-- revision cannot be.
ALTER TABLE record
  ADD asked_rev int, ADD asked_by uuid, ADD asked_at timestamptz,
  ADD CONSTRAINT record_asked_whole CHECK (num_nonnulls(asked_rev, asked_by, asked_at) IN (0, 3)),
  ADD CONSTRAINT record_asked_of_now CHECK (asked_rev IS NULL OR (asked_rev = rev AND state IN ('draft','returned','withdrawn')));
-- What waits to be confirmed at an organisation.
CREATE INDEX record_asked ON record (tenant_id, org_id, id) WHERE asked_rev IS NOT NULL;

-- One word more than before: no line that stands has to be looked at.
ALTER TABLE event DROP CONSTRAINT event_step_check,
  ADD CONSTRAINT event_step_check CHECK (step IN ('created','asked','discarded','submitted','received','approved','returned','recalled','final')) NOT VALID;
