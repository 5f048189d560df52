# shellcheck shell=bash
# Loads the tree by `fonds import orgs`, people and records in bulk. Sourced by script/bench.

# load_sql FILE VARIABLE=VALUE…: one of script/bench.d, as the superuser, in one transaction.
load_sql() {
  local file=$1 one
  local variables=()
  shift
  for one in "$@"; do variables+=(-v "$one"); done
  psql_as "$DATABASE" postgres -1 -A -t -v tenant="$TENANT_ID" -v key="$TENANT" "${variables[@]}" -f "$FONDS_ROOT/script/bench.d/$file.sql"
}

# The tree of the country; of one province with the national root above it where the scale is small.
bench_tree() {
  local nation=$FONDS_STATE/nation.csv
  if [ ! -s "$nation" ]; then
    need_node
    node "$FONDS_ROOT/script/data/nation.mjs" "$nation" >&2
  fi
  if [ "$SCALE" = small ]; then
    awk -F, 'NR == 1 || $1 == "00" || $1 ~ /^33/' "$nation" >"$WORK/tree.csv"
  else
    cp "$nation" "$WORK/tree.csv"
  fi
}

# bulk on|off: what is loaded in bulk may be lost by a crash; what is measured may not.
bulk() {
  local setting
  for setting in fsync synchronous_commit full_page_writes autovacuum; do
    case $1 in
      on) psql_as postgres postgres -c "ALTER SYSTEM SET $setting = off" ;;
      off) psql_as postgres postgres -c "ALTER SYSTEM RESET $setting" ;;
    esac
  done
  psql_as postgres postgres -c "SELECT pg_reload_conf()" >/dev/null
  if [ "$1" = off ]; then psql_as postgres postgres -c CHECKPOINT; fi
}

# records FIRST LAST UNDER_REVIEW: two tables at a time, as there are two processors at least.
records() {
  local heads
  load_sql records_staged first="$1" last="$2" under_review="$3"
  load_sql records_heads &
  heads=$!
  load_sql records_contents
  wait $heads
  load_sql rollup
}

bench_load() {
  local program=$1
  progress "migrating; a tenant of six levels"
  demo_database "$DATABASE" fresh
  "$program" migrate >"$WORK/migrate.log" 2>&1 || die "migrate failed: $(tail -n 3 "$WORK/migrate.log")"
  "$program" admin create-tenant --key "$TENANT" --name 全国 --root-code 00 --root-name 中国共产党中央委员会 --since 2020-01-01 \
    --level 全国/nation --level 省/province --level 市/city --level 县/county --level 乡镇/town --level 村/village >"$WORK/tenant.log"
  TENANT_ID=$(psql_as "$DATABASE" postgres -A -t -c "SELECT id FROM tenant WHERE key = '$TENANT'")
  bench_tree
  progress "importing $(($(wc -l <"$WORK/tree.csv") - 1)) organisations by fonds import orgs"
  python3 "$FONDS_ROOT/script/bench.d/measured.py" "$program" import orgs --tenant "$TENANT" --day 2020-01-01 "$WORK/tree.csv" >"$WORK/import.log" 2>&1 ||
    die "the import failed: $(tail -n 3 "$WORK/import.log")"
  tail -n 2 "$WORK/import.log" >&2

  bulk on
  psql_as "$DATABASE" postgres -c ANALYZE
  load_sql places
  progress "accounts and posts"
  load_sql people
  progress "$RECORDS records with versions, submissions, receipts, timelines and figures"
  load_sql indexes
  psql_as "$DATABASE" postgres -c "CALL bench.put_aside()"
  records 1 "$RECORDS" false
  progress "indexes"
  psql_as "$DATABASE" postgres -c "CALL bench.put_back()"
  load_sql actors
  progress "vacuum, and is the load consistent?"
  psql_as "$DATABASE" postgres -c "SET vacuum_cost_delay = 0" -c "VACUUM ANALYZE"
  load_sql check | tee "$WORK/check.log" >&2
  # The command explodes every submission into some two hundred numbers: whole on the small scale, sampled above on the full one.
  if [ "$SCALE" = small ]; then "$program" verify rollups --tenant "$TENANT" | tee -a "$WORK/check.log" >&2; fi
  bulk off
  psql_as "$DATABASE" postgres -c "CREATE TABLE bench.loaded AS SELECT now() AS at, $RECORDS AS records"
}

# Enough of what each use takes away: receipts that wait, drafts to be sent.
bench_supply() {
  local wanted=$1 waiting last
  waiting=$(psql_as "$DATABASE" postgres -A -t -c "SELECT count(*) FROM receipt WHERE tenant_id = $TENANT_ID AND state = 'pending'")
  last=$(psql_as "$DATABASE" postgres -A -t -c "SELECT max(last) FROM bench.batch")
  bulk on
  if [ "$waiting" -lt "$wanted" ]; then records $((last + 1)) $((last + wanted - waiting)) true; fi
  load_sql pending wanted="$wanted"
  load_sql drafts wanted="$wanted"
  load_sql bare
  psql_as "$DATABASE" postgres -c "SET vacuum_cost_delay = 0" -c "GRANT SELECT ON bench.way TO fonds_app" -c "ANALYZE record, record_version, submission, receipt, event"
  bulk off
}
