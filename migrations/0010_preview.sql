-- Pictures of files: a thumbnail (page 0) and pages, made by the worker after a file was kept, in a process with limits.
-- They stand with the file, and whoever may read one of its attachments may see them.
ALTER TABLE file
  ADD COLUMN preview text COLLATE "C" CHECK (preview IN ('wanted','made','none')),  -- null: pictures are not made of this type
  ADD COLUMN preview_tries smallint NOT NULL DEFAULT 0,
  ADD COLUMN preview_at timestamptz;          -- not before; a worker that has taken it moves it on
CREATE INDEX file_preview ON file (preview_at) WHERE preview = 'wanted';
CREATE INDEX file_previewed ON file (tenant_id, sha256) WHERE preview = 'made';
CREATE INDEX attachment_file ON attachment (tenant_id, file_id);

CREATE TABLE preview (
  tenant_id   int NOT NULL,
  file_id     uuid NOT NULL,
  page        smallint NOT NULL CHECK (page BETWEEN 0 AND 200),
  org_id      uuid NOT NULL,                  -- the file's
  width       int NOT NULL CHECK (width > 0),
  height      int NOT NULL CHECK (height > 0),
  length      bigint NOT NULL CHECK (length > 0),
  sha256      bytea NOT NULL, chunks bytea NOT NULL,
  PRIMARY KEY (tenant_id, file_id, page),
  FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id),
  FOREIGN KEY (tenant_id, sha256) REFERENCES body (tenant_id, sha256)
);
ALTER TABLE preview ENABLE ROW LEVEL SECURITY;
ALTER TABLE preview FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON preview TO fonds_owner USING (true) WITH CHECK (true);
CREATE POLICY flow ON preview TO fonds_flow USING (tenant_id = (SELECT sec.tenant())) WITH CHECK (tenant_id = (SELECT sec.tenant()));
GRANT SELECT ON preview TO fonds_backup;
GRANT SELECT, INSERT, UPDATE ON preview TO fonds_flow;
-- The files of one's own organisation, and those of which one may read an attachment: its own row security decides.
CREATE POLICY own ON preview FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant()) AND array_position((SELECT sec.orgs()), org_id) IS NOT NULL);
CREATE POLICY held ON preview FOR SELECT TO fonds_app
  USING (tenant_id = (SELECT sec.tenant())
    AND EXISTS (SELECT FROM attachment a WHERE a.tenant_id = preview.tenant_id AND a.file_id = preview.file_id));
GRANT SELECT ON preview TO fonds_app;

-- Files that were kept before there were pictures.
UPDATE file SET preview = 'wanted', preview_at = settled_at
 WHERE state = 'kept' AND (media_type = 'application/pdf' OR media_type LIKE 'image/%');
