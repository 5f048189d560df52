-- The auditor finds a record by how its title begins: only what is public and was sent (functions/12_administrators.sql).
CREATE INDEX record_version_title ON record_version (tenant_id, title text_pattern_ops) WHERE submitted AND confidentiality = 0;
