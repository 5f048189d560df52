# shellcheck shell=bash
# Which account the servers run as, and where their folders lie.

# PostgreSQL refuses root. Sets SERVER_USER: the account that the servers run as; empty: as ourselves.
server_account() {
  SERVER_USER=
  is_root || return 0
  local name
  for name in postgres nobody; do
    if id "$name" >/dev/null 2>&1; then
      SERVER_USER=$name
      return 0
    fi
  done
  die "started by root, but there is neither an account postgres nor nobody to run PostgreSQL as"
}

# as_server COMMAND…: as that account, in a folder that everybody may enter.
as_server() (
  cd /
  if [ -z "$SERVER_USER" ]; then
    "$@"
  elif have runuser; then
    runuser -u "$SERVER_USER" -- "$@"
  elif have setpriv; then
    setpriv --reuid "$SERVER_USER" --regid "$(id -g "$SERVER_USER")" --init-groups "$@"
  else
    # shellcheck disable=SC2016
    su -s /bin/sh "$SERVER_USER" -c 'exec "$0" "$@"' -- "$@"
  fi
)

# private_dir DIR: ours alone (0700), whoever made it.
private_dir() {
  mkdir -p "$1" && [ ! -L "$1" ] || die "cannot make $1"
  if [ -n "$SERVER_USER" ]; then
    chown "$SERVER_USER" "$1"
  else
    [ -O "$1" ] || die "$1 belongs to somebody else"
  fi
  chmod 0700 "$1"
}

# checksum TEXT: a short word for names of folders.
checksum() { printf '%s' "$1" | cksum | cut -d' ' -f1; }

# Sets DATA_HOME for a cluster NAME: under .fonds, unless its account cannot get there (a checkout in /root).
data_home() {
  DATA_HOME=$FONDS_STATE/$1
  if [ -L "$DATA_HOME" ]; then
    DATA_HOME=$(cd "$DATA_HOME" && pwd -P)
    return 0
  fi
  mkdir -p "$DATA_HOME"
  chmod 0711 "$DATA_HOME"
  if ! as_server test -x "$DATA_HOME"; then
    local elsewhere
    elsewhere=/var/tmp/fonds-$(id -u)-$(checksum "$FONDS_STATE")-$1
    mkdir -p -m 0711 "$elsewhere"
    [ -O "$elsewhere" ] && [ ! -L "$elsewhere" ] || die "$elsewhere belongs to somebody else"
    rmdir "$DATA_HOME"
    ln -s "$elsewhere" "$DATA_HOME"
    DATA_HOME=$elsewhere
  fi
}

# Sets RUN_DIR, the folder of the sockets: under the data; under /tmp where the path is too long for a socket (103 bytes on
# a Mac) or holds characters that mean something in a URL.
run_dir() {
  RUN_DIR=$DATA_HOME/run
  case $RUN_DIR in
    *[!A-Za-z0-9/._-]*) RUN_DIR= ;;
  esac
  if [ -z "$RUN_DIR" ] || [ $((${#RUN_DIR} + 18)) -gt 103 ]; then
    RUN_DIR=/tmp/fonds-$(id -u)-$(checksum "$DATA_HOME")
    if [ -e "$RUN_DIR" ] && [ -n "$SERVER_USER" ] && [ -z "$(find "$RUN_DIR" -maxdepth 0 -user "$SERVER_USER")" ]; then
      die "$RUN_DIR belongs to somebody else"
    fi
  fi
  private_dir "$RUN_DIR"
}

# command_of PID: its command line, or nothing.
command_of() {
  if [ -r "/proc/$1/cmdline" ]; then
    tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || true
  else
    ps -ww -o command= -p "$1" 2>/dev/null || true
  fi
}
