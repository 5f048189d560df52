# shellcheck shell=bash
# What the scripts share. Sourced, never run. Works with bash 3.2 (macOS): no associative arrays, no readlink -f.
#
# Own servers only: PostgreSQL, redis and clamd run on Unix sockets under .fonds/NAME, never the system's.
# FONDS_DATABASE_URL, FONDS_REDIS_URL and FONDS_CLAMD_SOCKET, where set, are used instead of starting one.

set -euo pipefail
# A stray PGHOST or PGDATA must not lead anywhere else.
for fonds_var in ${!PG@}; do unset "$fonds_var"; done
unset fonds_var

FONDS_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
FONDS_STATE=${FONDS_STATE:-$FONDS_ROOT/.fonds}
cd "$FONDS_ROOT" # the caller's folder may be one that the servers' account cannot enter

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }
is_mac() { [ "$(uname -s)" = Darwin ]; }

# The state folder may be passed through, but not listed: the servers' own folders in it are 0700.
state_dir() {
  mkdir -p "$FONDS_STATE"
  chmod 0711 "$FONDS_STATE"
}

# Seconds since the script began, for the line of a step.
since() { printf '%ss' "$SECONDS"; }

# shellcheck source=script/lib/install.sh
. "$FONDS_ROOT/script/lib/install.sh"
# shellcheck source=script/lib/account.sh
. "$FONDS_ROOT/script/lib/account.sh"
# shellcheck source=script/lib/postgres.sh
. "$FONDS_ROOT/script/lib/postgres.sh"
# shellcheck source=script/lib/redis.sh
. "$FONDS_ROOT/script/lib/redis.sh"
# shellcheck source=script/lib/s3.sh
. "$FONDS_ROOT/script/lib/s3.sh"
# shellcheck source=script/lib/clamd.sh
. "$FONDS_ROOT/script/lib/clamd.sh"
# shellcheck source=script/lib/owner.sh
. "$FONDS_ROOT/script/lib/owner.sh"
