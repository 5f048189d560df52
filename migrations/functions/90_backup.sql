-- fonds_backup dumps the whole database: every schema, table and sequence, those that a later migration brings, too. It reads
-- and nothing else. The queue's schema is granted by its owner (crates/worker/src/queue.rs).
GRANT USAGE ON SCHEMA sec TO fonds_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public, sec TO fonds_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, sec TO fonds_backup;
