# shellcheck shell=bash
# Generated files that are committed: the offline data of sqlx's macros, and the contracts under schema/.

# sqlx_data DIR: writes the offline data of every checked query into the empty folder DIR, described by a live database.
# The macros do it themselves while the crates that use them are compiled, so these are touched first.
sqlx_data() {
  local crate crates=() sources
  for crate in "$FONDS_ROOT"/crates/*; do
    sources=$(grep -rlE --include='*.rs' 'query(_as|_scalar|_file|_file_as|_file_scalar)?(_unchecked)?!' "$crate" || true)
    [ -n "$sources" ] || continue
    crates+=(-p "$(basename "$crate")")
    find "$crate" -name '*.rs' \( -name lib.rs -o -path '*/tests/*' \) -exec touch {} +
  done
  if [ ${#crates[@]} = 0 ]; then return 0; fi
  (cd "$FONDS_ROOT" && SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$1 DATABASE_URL=$2 cargo check -q --locked --all-targets "${crates[@]}")
}

# sqlx_same: is the committed data what the live database at the URL says?
sqlx_same() {
  local fresh
  fresh=$(mktemp -d "$FONDS_STATE/sqlx.XXXXXX")
  sqlx_data "$fresh" "$1"
  mkdir -p "$FONDS_ROOT/.sqlx"
  if ! diff -r "$FONDS_ROOT/.sqlx" "$fresh" >&2; then
    rm -rf "$fresh"
    die ".sqlx differs from the queries in the code: run script/prepare and commit the result"
  fi
  rmdir "$FONDS_ROOT/.sqlx" 2>/dev/null || true
  rm -rf "$fresh"
}
