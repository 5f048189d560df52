# shellcheck shell=bash
# One script at a time owns the servers of a NAME, and they stop with it, however it ends.

OWNED=
WATCHER=
CHILD=

# own_servers NAME: refuses while another script owns them; stops what a dead one left over.
own_servers() {
  server_account
  state_dir
  data_home "$1"
  local file=$DATA_HOME/owner.pid other
  if [ -f "$file" ]; then
    other=$(cat "$file")
    case $(command_of "$other") in
      *"$1"*) die "script/$1 is already running here (process $other; if it is not, remove $file)" ;;
    esac
  fi
  printf '%s\n' $$ >"$file"
  OWNED=$1
  stop_orphan
  pg_stop "$1"
  redis_stop "$1"
  s3_stop "$1"
  clamd_stop "$1"
  trap 'release_servers' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  # If this script is killed without a chance to clean up, a watcher in its own process group does it.
  set -m
  (
    trap '' INT HUP
    while kill -0 $$ 2>/dev/null; do sleep 1; done
    stop_orphan
    pg_stop "$1"
    redis_stop "$1"
    s3_stop "$1"
    clamd_stop "$1"
  ) >/dev/null 2>&1 </dev/null &
  WATCHER=$!
  set +m
}

# run_child COMMAND…: runs it in a process group of its own, so that it is we who tell it to stop, and before its servers.
run_child() {
  local code=0
  set -m
  "$@" </dev/null &
  CHILD=$!
  set +m
  printf '%s\n' "$CHILD" >"$DATA_HOME/child.pid"
  wait "$CHILD" || code=$?
  CHILD=
  rm -f "$DATA_HOME/child.pid"
  return $code
}

# stop_process PID: asks, waits up to 15 s, then does not ask any more.
stop_process() {
  local tries=0
  kill "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null && [ $tries -lt 150 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true
}

# A child whose script was killed.
stop_orphan() {
  local pid
  [ -f "$DATA_HOME/child.pid" ] || return 0
  pid=$(cat "$DATA_HOME/child.pid")
  rm -f "$DATA_HOME/child.pid"
  case $(command_of "$pid") in
    *fonds*) stop_process "$pid" ;;
  esac
}

release_servers() {
  trap '' INT TERM HUP
  set +e # every step of it is tried
  [ -n "$OWNED" ] || return 0
  if [ -n "$CHILD" ]; then
    stop_process "$CHILD"
    wait "$CHILD" 2>/dev/null || true
  fi
  if [ -n "$WATCHER" ]; then
    kill -- "-$WATCHER" 2>/dev/null || true
    wait "$WATCHER" 2>/dev/null || true
  fi
  pg_stop "$OWNED"
  redis_stop "$OWNED"
  s3_stop "$OWNED"
  clamd_stop "$OWNED"
  data_home "$OWNED"
  rm -f "$DATA_HOME/owner.pid" "$DATA_HOME/child.pid"
  OWNED=
}
