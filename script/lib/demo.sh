# shellcheck shell=bash
# The database and the settings of a demo.

# demo_database DATABASE [fresh]: made if it is not there; the binary migrates it.
demo_database() {
  if [ "${2:-}" = fresh ]; then
    psql_as postgres postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)"
  fi
  psql_as postgres postgres -f "$FONDS_ROOT/migrations/roles.sql" >/dev/null
  if [ -z "$(psql_as postgres postgres -A -t -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]; then
    psql_as postgres postgres -c "CREATE DATABASE $1 OWNER fonds_owner"
  fi
}

# demo_settings DATABASE PORT: the settings of the binary, where the caller has not set them.
demo_settings() {
  export FONDS_DATABASE__URL="${FONDS_DATABASE__URL:-$(pg_url "$1" fonds_app)}"
  export FONDS_DATABASE__WORKER_URL="${FONDS_DATABASE__WORKER_URL:-$(pg_url "$1" fonds_worker)}"
  export FONDS_DATABASE__ADMIN_URL="${FONDS_DATABASE__ADMIN_URL:-$(pg_url "$1" postgres)}"
  export FONDS_REDIS__URL="${FONDS_REDIS__URL:-$(redis_url)}"
  export FONDS_BLOBS__FOLDER="${FONDS_BLOBS__FOLDER:-$FONDS_STATE/blobs}"
  export FONDS_BLOBS__COPY__KIND="${FONDS_BLOBS__COPY__KIND:-folder}"
  export FONDS_BLOBS__COPY__PATH="${FONDS_BLOBS__COPY__PATH:-$FONDS_BLOBS__FOLDER/copy}"
  if [ -S "$RUN_DIR/clamd.sock" ]; then
    export FONDS_INTAKE__SCANNER__SOCKET="${FONDS_INTAKE__SCANNER__SOCKET:-$(clamd_socket)}"
    export FONDS_INTAKE__SCANNER_LARGEST="${FONDS_INTAKE__SCANNER_LARGEST:-100000000}"
  fi
  export FONDS_HTTP__LISTEN="${FONDS_HTTP__LISTEN:-127.0.0.1:$2}"
  # These belong to the scripts; the binary knows its own keys alone.
  unset FONDS_DATABASE_URL FONDS_REDIS_URL FONDS_PORT
}

DEMO_SERVER=

# demo_begin FOLDER DATABASE PORT [fresh]: serves the demo on servers that run, and waits until it answers; FOLDER/demo.json
# says where. Sets DEMO_SERVER. FONDS_PROFILE: the build that serves it, debug if not set.
demo_begin() {
  local folder=$1 tries=0
  mkdir -p "$folder"
  rm -f "$folder/demo.json"
  demo_database "$2" "${4:-}"
  (
    export FONDS_BLOBS__FOLDER=$folder/blobs
    demo_settings "$2" "$3"
    exec "${CARGO_TARGET_DIR:-$FONDS_ROOT/target}/${FONDS_PROFILE:-debug}/fonds" demo --dir "$folder" >"$folder/log" 2>&1
  ) &
  DEMO_SERVER=$!
  until [ -s "$folder/demo.json" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 3600 ] || ! kill -0 $DEMO_SERVER 2>/dev/null; then
      tail -n 20 "$folder/log" >&2
      demo_end
      die "the demo did not come up"
    fi
    sleep 0.1
  done
}

# demo_whole FOLDER: waits until nothing more is written in the background.
demo_whole() {
  until grep -q '^background: the year of the whole city' "$1/log"; do
    kill -0 $DEMO_SERVER 2>/dev/null || die "the demo did not load to its end"
    sleep 1
  done
}

demo_end() {
  kill "$DEMO_SERVER" 2>/dev/null || true
  wait "$DEMO_SERVER" 2>/dev/null || true
}
