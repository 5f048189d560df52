# shellcheck shell=bash
# `script/bench uploads`: how fast a large file goes up, beside dd, sha256sum and the reference server of tus in the same run.
#   BENCH_MIB=2048        size of the file
#   BENCH_PROFILE=dev     an unoptimised binary, for trying it out
#   BENCH_BUILD=no        what is built already

bench_uploads() {
  local profile=${BENCH_PROFILE:-release} flag=--release folder=release target code=0 port=${BENCH_PORT:-18791} server tries=0
  need_postgres
  need_redis
  need_clamd
  need_rust
  need_node
  node_modules
  [ "$profile" = release ] || flag='' folder=debug
  # shellcheck disable=SC2086
  [ "${BENCH_BUILD:-}" = no ] || (cd "$FONDS_ROOT" && env -u DATABASE_URL SQLX_OFFLINE=true cargo build -q --locked $flag -p fonds) || die "the build failed"
  target=${CARGO_TARGET_DIR:-$FONDS_ROOT/target}/$folder
  own_servers bench
  step "private PostgreSQL, redis and clamd"
  redis_start bench
  clamd_start bench
  pg_start bench demo
  rm -rf "$DATA_HOME/uploads"
  mkdir -p "$DATA_HOME/uploads"
  demo_database fonds_uploads
  export FONDS_BLOBS__FOLDER=$DATA_HOME/uploads/blobs
  export FONDS_HTTP__MAX_TRANSFERS_PER_PERSON=64 FONDS_LOG__FORMAT=json FONDS_HTTP__HTTPS=false
  demo_settings fonds_uploads "$port"
  # People and their tokens are those of a demo; it is stopped, so that nothing of it goes on beside the measurement.
  if [ ! -s "$DATA_HOME/uploads.json" ]; then
    demo_database fonds_uploads fresh
    (exec "$target/fonds" demo --fresh --dir "$DATA_HOME/uploads" >"$DATA_HOME/uploads/demo.log" 2>&1) &
    server=$!
    until [ -s "$DATA_HOME/uploads/demo.json" ]; do
      tries=$((tries + 1))
      if [ $tries -gt 6000 ] || ! kill -0 $server 2>/dev/null; then die "the demo did not come up: $(tail -n 3 "$DATA_HOME/uploads/demo.log")"; fi
      sleep 0.1
    done
    cp "$DATA_HOME/uploads/demo.json" "$DATA_HOME/uploads.json"
    kill $server
    wait $server 2>/dev/null || true
  else
    "$target/fonds" migrate >/dev/null || die "fonds_uploads cannot be brought up to date: remove $DATA_HOME/uploads.json"
  fi
  step "measuring"
  run_child python3 "$FONDS_ROOT/script/bench.d/uploads.py" --program "$target/fonds" --demo "$DATA_HOME/uploads.json" --work "$DATA_HOME/uploads" \
    --mib "${BENCH_MIB:-2048}" --url "http://127.0.0.1:$port" --peer "$FONDS_ROOT/script/node/peer.mjs" --sample "$FONDS_ROOT/data/files/meeting.mp4" --profile "$profile" || code=$?
  rm -rf "$DATA_HOME/uploads"
  [ $code = 0 ] || die "the measurement ended with exit $code"
}
