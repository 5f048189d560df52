# shellcheck shell=bash
# The image: built from the Dockerfile by buildah on bases made of Debian's packages, and run as a cluster would run it.
# No image is fetched from anywhere. Linux and root alone: it mounts, and becomes another user.

IMAGE_SUITE=bookworm
IMAGE_USER=65532 # as in the Dockerfile

# Sets IMAGE_HOME and brings the programs.
need_image_tools() {
  [ "$(uname -s)" = Linux ] && is_root || die "the image is built and started as root, on Linux"
  local program
  have buildah && have mmdebstrap && have runc && have curl || need_debian buildah mmdebstrap runc curl || true
  for program in buildah mmdebstrap runc curl; do
    have "$program" || die "$program is missing: apt-get install $program"
  done
  python_packages "helm-python-sdk==$HELM_SDK" "PyYAML==$PYYAML" "kubernetes-validate==$KUBERNETES_VALIDATE" "jsonschema==$JSONSCHEMA"
  state_dir
  IMAGE_HOME=$FONDS_STATE/image
  mkdir -p "$IMAGE_HOME"
}

# Own storage, so that nobody's images are touched; vfs and chroot work inside containers, too.
image_buildah() { buildah --root "$IMAGE_HOME/storage" --runroot "$IMAGE_HOME/run" --storage-driver vfs "$@"; }

# image_from_tar NAME TAR [CONFIG…]: an image of one layer.
image_from_tar() {
  local name=$1 tar=$2 container
  shift 2
  container=$(image_buildah from --pull-never scratch)
  image_buildah add -q "$container" "$tar" / >/dev/null
  [ $# = 0 ] || image_buildah config "$@" "$container"
  image_buildah commit -q --rm "$container" "$name" >/dev/null
}

# What the program stands on, unpacked and not installed: there is not even a shell in it.
image_base() {
  local tar=$IMAGE_HOME/base.tar
  # shellcheck disable=SC2016
  [ -f "$tar" ] || {
    mmdebstrap --quiet --mode=root --variant=extract \
      --include=libc6,libgcc-s1,ca-certificates,tzdata,fonts-wqy-microhei \
      --extract-hook='cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"' \
      --extract-hook='rm -rf "$1"/usr/bin/* "$1"/usr/sbin "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale' \
      "$IMAGE_SUITE" "$IMAGE_HOME/new-base.tar" && mv "$IMAGE_HOME/new-base.tar" "$tar"
  }
  image_from_tar localhost/fonds-base "$tar"
}

# Debian with a C compiler. Rust and the crates come by folders that are mounted while it builds.
image_builder() {
  local tar=$IMAGE_HOME/builder.tar config=$IMAGE_HOME/cargo
  [ -f "$tar" ] || {
    mmdebstrap --quiet --mode=root --variant=essential --include=gcc,libc6-dev "$IMAGE_SUITE" "$IMAGE_HOME/new-builder.tar" &&
      mv "$IMAGE_HOME/new-builder.tar" "$tar"
  }
  mkdir -p "$config"
  say "crates of Cargo.lock"
  cargo vendor -q --locked --versioned-dirs --respect-source-config "$IMAGE_HOME/vendor" >/dev/null
  printf '%s\n' '[source.crates-io]' 'replace-with = "vendored"' '[source.vendored]' 'directory = "/vendor"' >"$config/config.toml"
  image_from_tar localhost/fonds-builder "$tar" --env PATH=/rust/bin:/usr/sbin:/usr/bin:/sbin:/bin --env CARGO_HOME=/cargo
}

# Node.js out of its wheel, and the packages of web/package-lock.json in a cache of npm's own: nothing is fetched while it builds.
image_pages() {
  local tar=$IMAGE_HOME/pages.tar scratch
  need_web_node
  [ -f "$tar" ] || {
    mmdebstrap --quiet --mode=root --variant=essential --include=ca-certificates,libstdc++6,libatomic1 "$IMAGE_SUITE" "$IMAGE_HOME/new-pages.tar" &&
      mv "$IMAGE_HOME/new-pages.tar" "$tar"
  }
  scratch=$(mktemp -d)
  cp "$FONDS_ROOT/web/package.json" "$FONDS_ROOT/web/package-lock.json" "$scratch"
  (cd "$scratch" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$IMAGE_HOME/npm")
  rm -rf "$scratch" "$IMAGE_HOME/node"
  mkdir -p "$IMAGE_HOME/node/bin"
  cp -L "$(command -v node)" "$IMAGE_HOME/node/bin/node"
  cp -RL "$(npm root -g)/npm" "$IMAGE_HOME/node/npm"
  printf '#!/bin/sh\nexec /node/bin/node /node/npm/bin/npm-cli.js "$@"\n' >"$IMAGE_HOME/node/bin/npm"
  chmod 0755 "$IMAGE_HOME/node/bin/npm"
  image_from_tar localhost/fonds-pages "$tar" --env PATH=/node/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env npm_config_cache=/npm --env npm_config_offline=true --env "npm_config_registry=$(npm config get registry)"
}

# image_build NAME: from source, as the Dockerfile says. What was compiled of the dependencies is kept for the next time; our
# own crates are compiled anew, because cargo goes by times, and a file may have changed while the last image was being built.
image_build() {
  local crate
  mkdir -p "$IMAGE_HOME/target"
  for crate in "$FONDS_ROOT"/crates/*; do
    rm -rf "$IMAGE_HOME"/target/*/.fingerprint/"$(basename "$crate")"-????????????????
  done
  image_buildah bud -q --isolation chroot --pull-never \
    --volume "$(rustc --print sysroot):/rust:ro" --volume "$IMAGE_HOME/vendor:/vendor:ro" \
    --volume "$IMAGE_HOME/node:/node:ro" --volume "$IMAGE_HOME/npm:/npm" \
    --volume "$IMAGE_HOME/cargo:/cargo" --volume "$IMAGE_HOME/target:/target" \
    --build-arg PAGES=localhost/fonds-pages --build-arg BUILDER=localhost/fonds-builder --build-arg BASE=localhost/fonds-base \
    --build-arg REVISION="$(git -C "$FONDS_ROOT" rev-parse HEAD 2>/dev/null || echo unknown)" \
    --tag "$1" "$FONDS_ROOT"
}

# image_bundle POD ARGUMENT…: a bundle of the pod as the chart would start it. Sets BUNDLE.
image_bundle() {
  BUNDLE=$IMAGE_HOME/bundles/$1
  rm -rf "$BUNDLE"
  "$FONDS_STATE/tools/venv/bin/python" "$FONDS_ROOT/script/python/container.py" "$IMAGE_HOME/values.yaml" "$BUNDLE" --pod "$1" \
    --root "$IMAGE_ROOT" --image "$IMAGE_HOME/image.json" --volume "shared=$IMAGE_HOME/shared" --mount "$RUN_DIR" \
    --secret "app/url=$IMAGE_HOME/secrets/app" --secret "worker/url=$IMAGE_HOME/secrets/worker" \
    --secret "admin/url=$IMAGE_HOME/secrets/admin" --secret "redis/url=$IMAGE_HOME/secrets/redis" "${@:2}"
}

image_runc() { runc --root "$IMAGE_HOME/runc" "$@"; }

# image_once NAME POD ARGUMENT…: runs the pod's container with other words, to its end.
image_once() {
  image_bundle "$2" "${@:3}"
  image_runc run --bundle "$BUNDLE" "fonds-image-$1"
}

# image_wait PROCESS URL: until the URL answers 200.
image_wait() {
  local tries=0
  until curl -fsS -o /dev/null --max-time 5 "$2" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] && kill -0 "$1" 2>/dev/null || return 1
    sleep 0.2
  done
}

# image_harmless NAME: what the kernel says of the container's first process.
image_harmless() {
  local pid status
  pid=$(image_runc state "fonds-image-$1" | sed -n 's/^ *"pid": \([0-9]*\),*$/\1/p')
  status=/proc/$pid/status
  grep -qE "^Uid:\s+$IMAGE_USER\s+$IMAGE_USER\s+$IMAGE_USER\s+$IMAGE_USER$" "$status" || die "$1 does not run as $IMAGE_USER"
  ! grep -E '^Cap(Prm|Eff|Bnd|Amb):' "$status" | grep -qv '0000000000000000$' || die "$1 has capabilities"
  grep -qE '^NoNewPrivs:\s+1$' "$status" || die "$1 could rise"
  grep -qE '^Seccomp:\s+2$' "$status" || die "$1 has no seccomp profile"
  grep -qE '^NSpid:.*\s1$' "$status" || die "$1 is not the first process of its container"
  awk '$5 == "/" { split($6, o, ","); for (i in o) if (o[i] == "ro") ok = 1 } END { exit !ok }' "/proc/$pid/mountinfo" ||
    die "the root of $1 can be written"
  say "$1: process 1 as $IMAGE_USER, no capability, no way up, seccomp, read-only root"
}

# image_stop NAME PROCESS: by SIGTERM; must end well, and in the time that the chart gives.
image_stop() {
  local began code=0
  began=$(date +%s)
  image_runc kill "fonds-image-$1" TERM
  wait "$2" || code=$?
  [ $code = 0 ] || die "$1 ended with $code after SIGTERM"
  [ $(($(date +%s) - began)) -le 25 ] || die "$1 took $(($(date +%s) - began)) s to end after SIGTERM"
  say "$1: ended by itself $(($(date +%s) - began)) s after SIGTERM"
}

# The part of script/soak. PostgreSQL and redis run; their sockets are lent to the image's user.
image_part() (
  set -e
  gateway='' worker=''
  image_gone() {
    local name
    for name in gateway worker migrate tenant account look; do
      image_runc delete --force "fonds-image-$name" 2>/dev/null || true
    done
  }
  # shellcheck disable=SC2317,SC2329
  image_clear() {
    image_gone
    chmod 0700 "$RUN_DIR"
    chmod 0700 "$RUN_DIR/.s.PGSQL.$PG_PORT" "$RUN_DIR/redis.sock"
    [ -z "${IMAGE_CONTAINER:-}" ] || image_buildah rm "$IMAGE_CONTAINER" >/dev/null 2>&1 || true
  }
  [ -z "${FONDS_DATABASE_URL:-}${FONDS_REDIS_URL:-}" ] || die "this part needs the private servers"
  need_image_tools
  image_gone # of a run that was killed
  say "-- bases out of Debian's packages"
  image_base
  image_builder
  image_pages
  say "-- the image, from source"
  image_build localhost/fonds
  trap image_clear EXIT
  image_buildah rmi --prune >/dev/null 2>&1 || true # of the time before
  image_buildah inspect --type image localhost/fonds >"$IMAGE_HOME/image.json"
  IMAGE_CONTAINER=$(image_buildah from --pull-never localhost/fonds)
  IMAGE_ROOT=$(image_buildah mount "$IMAGE_CONTAINER")
  say "$(du -sm "$IMAGE_ROOT" | cut -f1) MB, of which the program is $(du -m "$IMAGE_ROOT/usr/bin/fonds" | cut -f1)"
  [ ! -e "$IMAGE_ROOT/bin/sh" ] && [ ! -e "$IMAGE_ROOT/usr/bin/sh" ] || die "there is a shell in the base"

  rm -rf "$IMAGE_HOME/secrets" "$IMAGE_HOME/shared"
  mkdir -p -m 0700 "$IMAGE_HOME/secrets"
  mkdir -p "$IMAGE_HOME/shared"
  chown "0:$IMAGE_USER" "$IMAGE_HOME/shared" # as fsGroup makes it
  chmod 2770 "$IMAGE_HOME/shared"
  chgrp "$IMAGE_USER" "$RUN_DIR"
  chmod 0710 "$RUN_DIR"
  chmod 0777 "$RUN_DIR/.s.PGSQL.$PG_PORT" "$RUN_DIR/redis.sock"
  pg_url fonds_image fonds_app >"$IMAGE_HOME/secrets/app"
  pg_url fonds_image fonds_worker >"$IMAGE_HOME/secrets/worker"
  pg_url fonds_image fonds_migrate >"$IMAGE_HOME/secrets/admin"
  redis_url >"$IMAGE_HOME/secrets/redis"
  cat >"$IMAGE_HOME/values.yaml" <<'VALUES'
secrets:
  database: {name: app, key: url}
  workerDatabase: {name: worker, key: url}
  adminDatabase: {name: admin, key: url}
  redis: {name: redis, key: url}
settings:
  http: {listen: "127.0.0.1:18090", metrics_listen: "127.0.0.1:18091"}
worker:
  extraEnv: [{name: FONDS_HTTP__METRICS_LISTEN, value: "127.0.0.1:18092"}]
VALUES

  say "-- first installation as docs/operations.md has it: a superuser once, then a role that is none"
  psql_as postgres postgres -c "DROP DATABASE IF EXISTS fonds_image WITH (FORCE)" -c "DROP DATABASE IF EXISTS fonds_image_2 WITH (FORCE)" \
    -c "DROP ROLE IF EXISTS fonds_migrate" -c "CREATE DATABASE fonds_image"
  pg_url fonds_image postgres >"$IMAGE_HOME/secrets/admin"
  image_once migrate fonds-migrate --args migrate --roles
  psql_as postgres postgres -c "ALTER DATABASE fonds_image OWNER TO fonds_owner" \
    -c "CREATE ROLE fonds_migrate LOGIN IN ROLE fonds_owner, fonds_worker" -c "CREATE DATABASE fonds_image_2 OWNER fonds_owner"
  pg_url fonds_image_2 fonds_migrate >"$IMAGE_HOME/secrets/admin"
  image_once migrate fonds-migrate # every migration, as whoever migrates at an upgrade
  psql_as postgres postgres -c "DROP DATABASE fonds_image_2"
  pg_url fonds_image fonds_migrate >"$IMAGE_HOME/secrets/admin"
  [ "$(image_once migrate fonds-migrate)" = "up to date" ] || die "a second migration is not up to date"
  image_once tenant fonds-migrate --args admin create-tenant --key image --name 映像 --level 省/province --level 市/city \
    --root-code 000 --root-name 映像省委
  token=$(image_once account fonds-migrate --args admin create-account --tenant image --login image --name 映像 --org 000 \
    --role security_admin --token image | grep -oE 'image\.[A-Za-z0-9_-]+' | head -n 1)
  [ -n "$token" ] || die "no token was made"

  say "-- gateway and worker"
  image_bundle fonds-gateway
  image_runc run --bundle "$BUNDLE" fonds-image-gateway &
  gateway=$!
  image_bundle fonds-worker
  image_runc run --bundle "$BUNDLE" fonds-image-worker &
  worker=$!
  image_wait $gateway http://127.0.0.1:18090/readyz || die "the gateway did not get ready"
  image_wait $worker http://127.0.0.1:18092/readyz || die "the worker did not get ready"
  image_harmless gateway
  image_harmless worker
  answer=$(curl -fsS http://127.0.0.1:18090/graphql -H 'content-type: application/json' -H "authorization: Bearer $token" \
    -d '{"query":"{ tenant { key name } }"}')
  [ "$answer" = '{"data":{"tenant":{"key":"image","name":"映像"}}}' ] || die "answered: $answer"
  say "asked who it is: $answer"
  page=$(curl -fsS http://127.0.0.1:18090/ | grep -oE '/assets/index-[A-Za-z0-9_-]+\.js' | head -n 1)
  [ -n "$page" ] && curl -fsS -o /dev/null "http://127.0.0.1:18090$page" || die "the pages are not in the image"
  curl -fsS http://127.0.0.1:18090/readyz | grep -q '"redis":"up"' || die "the gateway does not reach redis"
  curl -fsS http://127.0.0.1:18092/metrics | grep -q '^fonds_fold_lag_seconds' || die "the worker tells no figures"
  code=$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:18090/metrics)
  [ "$code" = 404 ] || die "/metrics is served beside the interface ($code)"

  say "-- a file is looked into by a child process, under the container's own limits"
  order='{"task":{"Page":{"number":1,"width":200}},"cell":{"memory":3221225472,"cpu":30,"readable":["/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"]}}'
  image_once look fonds-worker --args look-into "$order" <"$FONDS_ROOT/crates/intake/tests/data/chinese.pdf" >"$IMAGE_HOME/page.jpg"
  [ "$(head -c 2 "$IMAGE_HOME/page.jpg" | od -An -tx1 | tr -d ' ')" = ffd8 ] || die "no picture was made of a page"
  say "a picture of a page: $(wc -c <"$IMAGE_HOME/page.jpg") bytes"

  say "-- backup as fonds_backup, and restore"
  "$PGBIN/pg_dump" -Fc -d "$(pg_url fonds_image fonds_backup)" -f "$IMAGE_HOME/dump"
  psql_as postgres postgres -c "CREATE DATABASE fonds_image_2 OWNER fonds_owner"
  "$PGBIN/pg_restore" --exit-on-error -d "$(pg_url fonds_image_2 postgres)" "$IMAGE_HOME/dump"
  pg_url fonds_image_2 fonds_migrate >"$IMAGE_HOME/secrets/admin"
  [ "$(image_once migrate fonds-migrate)" = "up to date" ] || die "what was restored is not up to date"
  [ "$(psql_as fonds_image_2 postgres -Atc "SELECT key FROM tenant")" = image ] || die "the tenant was not restored"
  for table in org account session audit outbox graphile_worker.migrations; do
    [ "$(psql_as fonds_image postgres -Atc "SELECT count(*) FROM $table")" = "$(psql_as fonds_image_2 postgres -Atc "SELECT count(*) FROM $table")" ] ||
      die "$table was not restored whole"
  done
  say "dumped and restored: $(wc -c <"$IMAGE_HOME/dump") bytes"

  image_stop gateway $gateway
  image_stop worker $worker
  say "image: 1 passed"
)
