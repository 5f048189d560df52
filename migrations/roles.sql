-- Made once per cluster by `fonds migrate --roles`, under a lock; never by a migration, because roles belong to the cluster.
DO $$
DECLARE wanted record;
BEGIN
  PERFORM pg_advisory_xact_lock(4607182418800017408);
  FOR wanted IN SELECT * FROM (VALUES
      ('fonds_owner',  'NOLOGIN'),
      ('fonds_flow',   'NOLOGIN'),
      ('fonds_app',    'LOGIN'),
      ('fonds_worker', 'LOGIN'),
      ('fonds_backup', 'LOGIN BYPASSRLS')) AS r(name, options)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE', wanted.name, wanted.options);
    END IF;
  END LOOP;
  GRANT fonds_flow TO fonds_owner;
END $$;

-- A dropped request must not hold a lock or a transaction for ever.
ALTER ROLE fonds_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE fonds_app SET statement_timeout = '15s';
ALTER ROLE fonds_app SET lock_timeout = '5s';
ALTER ROLE fonds_worker SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE fonds_worker SET statement_timeout = '120s';
ALTER ROLE fonds_worker SET lock_timeout = '10s';
ALTER ROLE fonds_app SET jit = off;
ALTER ROLE fonds_worker SET jit = off;
