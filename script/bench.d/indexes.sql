-- Functions that put the indexes of the big tables aside while they are filled, and make them again.
CREATE TABLE bench.index_aside (name text, definition text);
CREATE PROCEDURE bench.put_aside() LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  FOR one IN SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
              WHERE i.indrelid IN ('record'::regclass, 'record_version'::regclass, 'submission'::regclass, 'receipt'::regclass, 'event'::regclass)
                AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) LOOP
    INSERT INTO bench.index_aside VALUES (one.name, one.definition);
    EXECUTE 'DROP INDEX ' || one.name;
  END LOOP;
END $$;
CREATE PROCEDURE bench.put_back() LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  SET LOCAL maintenance_work_mem = '1GB';
  FOR one IN DELETE FROM bench.index_aside RETURNING * LOOP
    EXECUTE one.definition;
  END LOOP;
END $$;
