# shellcheck shell=bash
# A private PostgreSQL cluster: own folder, own Unix socket, no port, stopped with the script that started it.

PG_PORT=5432 # names the socket's file; nothing listens on the network

# pg_place NAME: sets PG_DATA, PG_LOG and RUN_DIR.
pg_place() {
  server_account
  state_dir
  data_home "$1"
  run_dir
  PG_DATA=$DATA_HOME/postgres
  PG_LOG=$RUN_DIR/postgres.log
}

# Is the postmaster of PG_DATA alive? A process number that somebody else has got meanwhile does not count.
pg_alive() {
  local pid
  [ -f "$PG_DATA/postmaster.pid" ] || return 1
  pid=$(head -n 1 "$PG_DATA/postmaster.pid")
  case $(command_of "$pid") in
    *"$PG_DATA"*) return 0 ;;
    *) return 1 ;;
  esac
}

# pg_init KIND: makes the cluster. C.UTF-8 sorts by code point; Chinese order comes from the collation zh-x-icu.
pg_init() {
  local locale=C sync=
  if locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$'; then locale=C.UTF-8; fi
  [ "$1" = demo ] || sync=--no-sync
  private_dir "$PG_DATA"
  as_server "$PGBIN/initdb" -D "$PG_DATA" -U postgres -A trust -E UTF8 --locale="$locale" --lc-messages=C $sync >"$DATA_HOME/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 5 "$DATA_HOME/initdb.log")"
  as_server sh -c 'printf "include %s\n" "'"'fonds.conf'"'" >>"$1/postgresql.conf"' sh "$PG_DATA"
}

# The settings are written at every start, because the checkout may have been moved.
pg_settings() {
  printf '%s\n' "listen_addresses = ''" "port = $PG_PORT" "unix_socket_directories = '$RUN_DIR'" \
    "unix_socket_permissions = 0700" "max_connections = 100" "shared_buffers = 256MB" "max_wal_size = 2GB" \
    "timezone = 'UTC'" "log_timezone = 'UTC'" "shared_preload_libraries = ''" "log_line_prefix = '%m [%p] %u@%d '"
  if [ "$1" != demo ]; then
    # Scratch data: a crash may lose it.
    printf '%s\n' "fsync = off" "synchronous_commit = off" "full_page_writes = off"
  fi
}

# pg_start NAME KIND: KIND demo keeps its data through a crash; any other does not. Leaves one that runs as it is.
# With FONDS_DATABASE_URL (a superuser on a server of one's own) none is started.
pg_start() {
  need_postgres
  [ -z "${FONDS_DATABASE_URL:-}" ] || return 0
  pg_place "$1"
  local kind=$2
  pg_alive && return 0
  if [ -f "$PG_DATA/PG_VERSION" ] && [ "$(cat "$PG_DATA/PG_VERSION")" != "$("$PGBIN/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')" ]; then
    [ "$kind" != demo ] || die "$PG_DATA was made by PostgreSQL $(cat "$PG_DATA/PG_VERSION"): start over with script/demo --fresh"
    rm -rf "$PG_DATA"
  fi
  [ -f "$PG_DATA/PG_VERSION" ] || { rm -rf "$PG_DATA" && pg_init "$kind"; }
  rm -f "$PG_DATA/postmaster.pid"
  pg_settings "$kind" | as_server sh -c 'cat >"$1/fonds.conf"' sh "$PG_DATA"
  as_server env LC_ALL=C "$PGBIN/pg_ctl" -D "$PG_DATA" -l "$PG_LOG" -w -t 120 start >/dev/null 2>&1 </dev/null ||
    die "PostgreSQL did not start: $(tail -n 8 "$PG_LOG" 2>/dev/null)"
}

# pg_stop NAME
pg_stop() {
  pg_place "$1"
  pg_alive || return 0
  as_server "${PGBIN:-$(find_postgres)}/pg_ctl" -D "$PG_DATA" -m fast -w -t 60 stop >/dev/null 2>&1 || say "PostgreSQL in $PG_DATA did not stop"
}

# pg_fresh NAME KIND: a new cluster in place of an old one.
pg_fresh() {
  if [ -z "${FONDS_DATABASE_URL:-}" ]; then
    pg_stop "$1"
    rm -rf "$PG_DATA"
  fi
  pg_start "$1" "$2"
}

# pg_url DATABASE USER: of a server of one's own, the user postgres is whoever its URL names; a later parameter wins.
pg_url() {
  if [ -z "${FONDS_DATABASE_URL:-}" ]; then
    printf 'postgres:///%s?host=%s&port=%s&user=%s' "$1" "$RUN_DIR" "$PG_PORT" "$2"
    return 0
  fi
  case $FONDS_DATABASE_URL in
    *\?*) printf '%s&dbname=%s' "$FONDS_DATABASE_URL" "$1" ;;
    *) printf '%s?dbname=%s' "$FONDS_DATABASE_URL" "$1" ;;
  esac
  [ "$2" = postgres ] || printf '&user=%s' "$2"
}

# psql_as DATABASE USER ARGUMENT…
psql_as() {
  local url
  url=$(pg_url "$1" "$2")
  shift 2
  PGOPTIONS="-c client_min_messages=warning" "$PGBIN/psql" -X -q -v ON_ERROR_STOP=1 -d "$url" "$@"
}

# scratch_database DATABASE: made anew from migrations/, without the binary: what `store` is compiled against.
# It takes the name only when whole: a migration that does not apply leaves the old one.
scratch_database() {
  local file new=$1_$$ roles=$FONDS_ROOT/migrations/roles.sql
  psql_as postgres postgres -f "$roles" >/dev/null
  psql_as postgres postgres -c "CREATE DATABASE $new OWNER fonds_owner" >/dev/null
  for file in "$FONDS_ROOT"/migrations/0*.sql "$FONDS_ROOT"/migrations/functions/*.sql; do
    [ -f "$file" ] || continue
    if ! psql_as "$new" postgres -1 -c "SET ROLE fonds_owner" -f "$file" >/dev/null; then
      psql_as postgres postgres -c "DROP DATABASE $new WITH (FORCE)" >/dev/null
      die "$file does not apply"
    fi
  done
  psql_as postgres postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" \
    -c "ALTER DATABASE $new RENAME TO $1" >/dev/null
}
