# shellcheck shell=bash
# A private clamd on a Unix socket, with one signature of our own (EICAR): nothing is downloaded.

find_clamd() {
  local program
  for program in "$(command -v clamd 2>/dev/null || true)" /usr/sbin/clamd /opt/homebrew/sbin/clamd /usr/local/sbin/clamd; do
    if [ -n "$program" ] && [ -x "$program" ]; then
      printf '%s' "$program"
      return 0
    fi
  done
}

need_clamd() {
  [ -n "$(find_clamd)" ] && return 0
  install_or_die "clamd (ClamAV)" clamav-daemon clamav
  [ -n "$(find_clamd)" ] || die "clamd is not there; see https://docs.clamav.net"
}

clamd_alive() {
  local pid
  [ -S "$RUN_DIR/clamd.sock" ] && [ -f "$RUN_DIR/clamd.pid" ] || return 1
  pid=$(cat "$RUN_DIR/clamd.pid")
  case $(command_of "$pid") in
    *clamd*"$RUN_DIR/clamd.conf"*) return 0 ;;
    *) return 1 ;;
  esac
}

# clamd_start NAME [LARGEST]: leaves one that runs as it is. With FONDS_CLAMD_SOCKET none is started.
# Two megabytes are the most that it takes where nothing is said, so that the tests can go beyond.
clamd_start() {
  [ -z "${FONDS_CLAMD_SOCKET:-}" ] || return 0
  need_clamd
  server_account
  state_dir
  data_home "$1"
  run_dir
  clamd_alive && return 0
  rm -f "$RUN_DIR"/clamd.*
  private_dir "$RUN_DIR/clamav"
  # shellcheck disable=SC2016
  as_server sh -c 'cat >"$1"' sh "$RUN_DIR/clamav/own.ndb" <"$FONDS_ROOT/crates/intake/tests/data/eicar.ndb"
  # shellcheck disable=SC2016
  printf '%s\n' "LocalSocket $RUN_DIR/clamd.sock" "LocalSocketMode 600" "PidFile $RUN_DIR/clamd.pid" \
    "LogFile $RUN_DIR/clamd.log" "DatabaseDirectory $RUN_DIR/clamav" "TemporaryDirectory $RUN_DIR" "FixStaleSocket yes" \
    "Bytecode no" "AlertExceedsMax yes" "StreamMaxLength ${2:-2M}" "MaxFileSize ${2:-2M}" "MaxScanSize ${2:-2M}" "MaxThreads 4" "Foreground no" |
    as_server sh -c 'cat >"$1"' sh "$RUN_DIR/clamd.conf"
  as_server "$(find_clamd)" --config-file="$RUN_DIR/clamd.conf" >/dev/null 2>&1 ||
    die "clamd did not start: $(tail -n 5 "$RUN_DIR/clamd.log" 2>/dev/null)"
  local tries=0
  until clamd_alive; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "clamd did not come up: $(tail -n 5 "$RUN_DIR/clamd.log" 2>/dev/null)"
    sleep 0.1
  done
}

# clamd_stop NAME
clamd_stop() {
  server_account
  data_home "$1"
  run_dir
  clamd_alive || return 0
  stop_process "$(cat "$RUN_DIR/clamd.pid")"
}

clamd_socket() { printf '%s' "${FONDS_CLAMD_SOCKET:-$RUN_DIR/clamd.sock}"; }
