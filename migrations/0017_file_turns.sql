-- Whose turn it is in quarantine: each tenant's, and in it each person's, so that nobody's files hold up those of all others.
-- And how often a file was taken in vain, so that one that no examination survives is refused at last.
ALTER TABLE file
  ADD COLUMN turn bigint,                         -- when it was taken last, in the order of all takings
  ADD COLUMN attempts smallint NOT NULL DEFAULT 0;  -- takings that came to nothing by its own fault, as far as is known
CREATE SEQUENCE file_turn;
CREATE INDEX file_waiting ON file (tenant_id, account_id, coalesce(tried_at, received_at)) WHERE state = 'examining';
CREATE INDEX file_turn_of_tenant ON file (tenant_id, turn) WHERE turn IS NOT NULL;
CREATE INDEX file_turn_of_person ON file (tenant_id, account_id, turn) WHERE turn IS NOT NULL;
DROP INDEX file_examining;

-- As `Upload-Metadata` was given, which the HEAD of tus gives back.
ALTER TABLE file ADD COLUMN metadata text CHECK (length(metadata) BETWEEN 1 AND 8192);

-- A kept file that is in no version uses up quota for nothing, and is released after a while. What is kept already has that while
-- from now on.
ALTER TABLE file ADD COLUMN held_at timestamptz;  -- kept, or last seen in a draft; none: a version that was sent has it, for good
UPDATE file SET held_at = now() WHERE state = 'kept';
CREATE INDEX file_held ON file (held_at) WHERE state = 'kept' AND held_at IS NOT NULL;

-- Pictures are made of OFD as well, and have been for nobody.
UPDATE file SET preview = 'wanted', preview_at = settled_at WHERE state = 'kept' AND media_type = 'application/ofd' AND preview IS NULL;
