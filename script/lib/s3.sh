# shellcheck shell=bash
# An S3 server of the tests' own (SeaweedFS) on free ports of this machine. It holds only what may be lost.

# As crates/blob/tests/it/bucket.rs says it. The bucket is made when something is first put to it.
S3_KEY_ID=fonds
S3_SECRET=fonds-of-the-tests

s3_alive() {
  local pid
  pid=$(cat "$DATA_HOME/s3/pid" 2>/dev/null) || return 1
  case $(command_of "$pid") in
    *weed*"$DATA_HOME/s3/data"*) kill -0 "$pid" 2>/dev/null ;;
    *) return 1 ;;
  esac
}

# s3_start NAME: leaves one that runs as it is. With FONDS_TEST_S3 (its address, or off) none is started.
s3_start() {
  [ -z "${FONDS_TEST_S3:-}" ] || return 0
  seaweedfs || die "SeaweedFS is not there for this system: set FONDS_TEST_S3 to the address of an S3 server with the key $S3_KEY_ID and the bucket fonds-test, or to off"
  server_account
  state_dir
  data_home "$1"
  s3_alive && return 0
  local folder=$DATA_HOME/s3 ports tries=0
  rm -rf "$folder"
  mkdir -p "$folder/data"
  chmod 0700 "$folder"
  printf '{"identities":[{"name":"fonds","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Admin","Read","Write","List"]}]}\n' \
    "$S3_KEY_ID" "$S3_SECRET" >"$folder/identities.json"
  ports=$(python3 -c '
import socket
sockets = [socket.socket() for _ in range(8)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in sockets])')
  # The ports are words on purpose.
  # shellcheck disable=SC2086
  set -- $ports
  # In a process group of its own: it stops with us, not with a key on the terminal.
  set -m
  "$FONDS_STATE/tools/bin/weed" server -s3 -ip=127.0.0.1 -ip.bind=127.0.0.1 -dir="$folder/data" -volume.max=40 \
    -master.volumeSizeLimitMB=64 -master.port="$1" -master.port.grpc="$2" -volume.port="$3" -volume.port.grpc="$4" \
    -filer.port="$5" -filer.port.grpc="$6" -filer.localSocket="$folder/filer.sock" -s3.port="$7" -s3.port.grpc="$8" \
    -s3.port.iceberg=0 -s3.port.lance=0 -s3.config="$folder/identities.json" >"$folder/log" 2>&1 </dev/null &
  printf '%s\n' "$!" >"$folder/pid"
  disown "$!" # its end is no news
  set +m
  printf 'http://127.0.0.1:%s\n' "$7" >"$folder/url"
  # Without a signature it refuses: then it is there.
  until python3 -c '
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=2)
except urllib.error.HTTPError as answer:
    sys.exit(0 if answer.code == 403 else 1)
except OSError:
    sys.exit(1)' "http://127.0.0.1:$7"; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] && s3_alive || die "the S3 server did not start: $(tail -n 5 "$folder/log" 2>/dev/null)"
    sleep 0.2
  done
}

# s3_stop NAME: it holds nothing that would have to be written.
s3_stop() {
  server_account
  data_home "$1"
  ! s3_alive || kill -9 "$(cat "$DATA_HOME/s3/pid")" 2>/dev/null || true
  rm -rf "$DATA_HOME/s3"
}

# s3_url NAME
s3_url() {
  if [ -n "${FONDS_TEST_S3:-}" ]; then
    printf '%s' "$FONDS_TEST_S3"
  else
    data_home "$1"
    cat "$DATA_HOME/s3/url"
  fi
}
