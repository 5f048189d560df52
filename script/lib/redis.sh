# shellcheck shell=bash
# A private redis on a Unix socket. It holds only what may be lost: nothing is written to disk.

redis_alive() { [ -S "$RUN_DIR/redis.sock" ] && [ "$(redis-cli -s "$RUN_DIR/redis.sock" ping 2>/dev/null)" = PONG ]; }

# redis_start NAME: leaves one that runs as it is. With FONDS_REDIS_URL none is started.
redis_start() {
  [ -z "${FONDS_REDIS_URL:-}" ] || return 0
  need_redis
  server_account
  state_dir
  data_home "$1"
  run_dir
  redis_alive && return 0
  rm -f "$RUN_DIR"/redis.*
  as_server redis-server --port 0 --unixsocket "$RUN_DIR/redis.sock" --unixsocketperm 700 --save '' --appendonly no \
    --daemonize yes --dir "$RUN_DIR" --pidfile "$RUN_DIR/redis.pid" --logfile "$RUN_DIR/redis.log" >/dev/null
  local tries=0
  until redis_alive; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || die "redis did not start: $(tail -n 5 "$RUN_DIR/redis.log" 2>/dev/null)"
    sleep 0.1
  done
}

# redis_stop NAME
redis_stop() {
  server_account
  data_home "$1"
  run_dir
  redis_alive || return 0
  redis-cli -s "$RUN_DIR/redis.sock" shutdown nosave >/dev/null 2>&1 || true
}

redis_url() { printf '%s' "${FONDS_REDIS_URL:-redis+unix://$RUN_DIR/redis.sock}"; }
