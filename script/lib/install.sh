# shellcheck shell=bash
# Installs what is missing: apt-get as root or with sudo, brew on a Mac; otherwise says exactly what to install.

# need_debian PACKAGE…: installs with apt-get. A service that cannot start is no failure: only our own are used.
need_debian() {
  have apt-get || return 1
  local sudo=
  if ! is_root; then
    have sudo || return 1
    sudo=sudo
  fi
  say "installing: $*"
  state_dir
  # RUNLEVEL=1: services that come with a package are not started. The words of the command are split on purpose.
  local log=$FONDS_STATE/install.log
  local apt="$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -y -q -o Dpkg::Use-Pty=0"
  # shellcheck disable=SC2086
  $apt install --no-install-recommends "$@" >"$log" 2>&1 && return 0
  # shellcheck disable=SC2086
  $apt update >>"$log" 2>&1 || say "apt-get update failed, going on with the old lists"
  # shellcheck disable=SC2086
  if ! $apt install --no-install-recommends "$@" >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    say "apt-get reported an error ($log); looking whether the programs are there all the same"
  fi
}

# need_brew FORMULA…
need_brew() {
  is_mac && have brew || return 1
  say "installing: $*"
  HOMEBREW_NO_AUTO_UPDATE=1 brew install "$@" >&2 || say "brew reported an error; looking whether the programs are there all the same"
}

# install_or_die "WHAT IT IS" "DEBIAN PACKAGES" "BREW FORMULAE": installs by whichever way there is.
install_or_die() {
  # The lists are words on purpose.
  # shellcheck disable=SC2086
  if is_mac; then
    need_brew $3 || die "$1 is missing: install Homebrew (https://brew.sh), then: brew install $3"
  else
    need_debian $2 || die "$1 is missing: as root, run: apt-get install $2 (or what your system calls them)"
  fi
}

# Folder of the newest PostgreSQL ≥ 15 with its server programs, or nothing.
find_postgres() {
  local dir major best='' best_major=0 prefix=
  have brew && prefix=$(brew --prefix 2>/dev/null || true)
  for dir in /usr/lib/postgresql/*/bin ${prefix:+"$prefix"/opt/postgresql@*/bin} ${prefix:+"$prefix"/bin} \
    /usr/pgsql-*/bin "$(dirname "$(command -v postgres 2>/dev/null || echo /nowhere/x)")"; do
    [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/psql" ] || continue
    major=$("$dir/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
    if [ "$major" -ge 15 ] && [ "$major" -gt "$best_major" ]; then
      best=$dir
      best_major=$major
    fi
  done
  printf '%s' "$best"
}

# Sets PGBIN.
need_postgres() {
  PGBIN=$(find_postgres)
  if [ -z "$PGBIN" ]; then
    install_or_die "PostgreSQL 15 or newer" postgresql postgresql@17
    PGBIN=$(find_postgres)
    [ -n "$PGBIN" ] || die "PostgreSQL 15 or newer is not there (looked in /usr/lib/postgresql, Homebrew and PATH); your system's packages may be older: see https://www.postgresql.org/download/"
  fi
}

redis_major() {
  have redis-server && have redis-cli || return 1
  redis-server --version | sed -E 's/.*v=([0-9]+).*/\1/'
}

need_redis() {
  local major
  major=$(redis_major || echo 0)
  [ "$major" -ge 7 ] && return 0
  install_or_die "redis-server 7 or newer" redis-server redis
  major=$(redis_major || echo 0)
  [ "$major" -ge 7 ] || die "redis-server 7 or newer is not there (found: $major); see https://redis.io/download"
}

# Node.js ≥ 18 and npm: for the public audits of the interface and the maker of the data.
need_node() {
  if ! have node || ! have npm; then
    install_or_die "Node.js 18 or newer with npm" "nodejs npm" node
  fi
  have node && have npm || die "node and npm are not there; see https://nodejs.org"
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || die "Node.js 18 or newer is needed, found $(node --version)"
}

find_chromium() {
  local program
  for program in chromium chromium-browser google-chrome; do
    if have $program; then
      command -v $program
      return
    fi
  done
  program='/Applications/Chromium.app/Contents/MacOS/Chromium'
  [ ! -x "$program" ] || printf '%s' "$program"
}

# A browser for the tests of the pages, and a font with Chinese in it. Sets FONDS_CHROMIUM.
need_chromium() {
  FONDS_CHROMIUM=${FONDS_CHROMIUM:-$(find_chromium)}
  if [ -z "$FONDS_CHROMIUM" ]; then
    install_or_die "Chromium" "chromium chromium-l10n fonts-wqy-microhei" "--cask chromium"
    FONDS_CHROMIUM=$(find_chromium)
    [ -n "$FONDS_CHROMIUM" ] || die "Chromium is not there; see https://www.chromium.org, then again with FONDS_CHROMIUM=/where/it/is"
  fi
  export FONDS_CHROMIUM
}

# A linker and a C compiler, for the crates with C or assembly in them.
need_cc() {
  have cc && return 0
  is_mac && die "the C compiler is missing: run: xcode-select --install"
  install_or_die "a C compiler" "gcc libc6-dev" gcc
  have cc || die "cc is not there"
}

# Rust as Cargo.toml asks. Not installed by us: how it comes onto a machine is its owner's choice.
need_rust() {
  have cargo || PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$FONDS_ROOT/Cargo.toml")
  if ! have cargo && have curl; then
    say "installing Rust by rustup (https://rustup.rs)"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y -q --profile default --default-toolchain stable >&2 || true
  fi
  have cargo || die "Rust $wanted is missing: see https://rustup.rs, then again"
  found=$(cd "$FONDS_ROOT" && cargo --version | sed -E 's/cargo ([0-9]+)\.([0-9]+).*/\2/')
  [ "$found" -ge "${wanted#*.}" ] || die "Rust $wanted or newer is needed, found $(cargo --version): rustup update stable"
  need_cc
}
