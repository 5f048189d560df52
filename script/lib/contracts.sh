# shellcheck shell=bash
# Generated files that are committed: the offline data of sqlx's macros, and the contracts under schema/.

# sqlx_data DIR URL [COMMAND…]: writes the offline data of every checked query into the empty folder DIR, described by a live
# database. The macros do it themselves while the crates that use them are compiled, by COMMAND for the whole workspace or else
# by a check of these crates alone; they are touched first.
sqlx_data() {
  local fresh=$1 url=$2 crate crates=() sources
  shift 2
  for crate in "$FONDS_ROOT"/crates/*; do
    sources=$(grep -rlE --include='*.rs' 'query(_as|_scalar|_file|_file_as|_file_scalar)?(_unchecked)?!' "$crate" || true)
    [ -n "$sources" ] || continue
    crates+=(-p "$(basename "$crate")")
    find "$crate" -name '*.rs' \( -name lib.rs -o -path '*/tests/*' \) -exec touch {} +
  done
  if [ ${#crates[@]} = 0 ]; then return 0; fi
  [ $# != 0 ] || set -- cargo check -q --locked --all-targets "${crates[@]}"
  (cd "$FONDS_ROOT" && SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh DATABASE_URL=$url "$@")
}

# sqlx_same URL [COMMAND…]: is the committed data what the live database at the URL says?
sqlx_same() {
  local fresh
  fresh=$(mktemp -d "$FONDS_STATE/sqlx.XXXXXX")
  if ! sqlx_data "$fresh" "$@"; then
    rm -rf "$fresh"
    return 1
  fi
  mkdir -p "$FONDS_ROOT/.sqlx"
  if ! diff -r "$FONDS_ROOT/.sqlx" "$fresh" >&2; then
    rm -rf "$fresh"
    die ".sqlx differs from the queries in the code: run script/prepare and commit the result"
  fi
  rmdir "$FONDS_ROOT/.sqlx" 2>/dev/null || true
  rm -rf "$fresh"
}
