#!/bin/sh
# SPDX-License-Identifier: ISC
# Includes point down only, and each foreign library has few includers.
#
# The table says for each folder which folders of ours it may include; the floor plan in
# doc/architecture.md is the same table as a picture. With an argument, checks that tree instead.
set -eu
tree=${1:-${top_srcdir:-$(dirname "$0")/../..}}
cd "$tree"

# folder               may include
table='
base                   base
crypto                 base crypto
wire                   base wire
module                 base wire module
keychainapi            base crypto keychainapi wire
cli                    base wire cli
backend/item           base crypto backend/vault backend/item
backend/vault          base crypto backend/vault
backend/store          base crypto backend/item backend/vault backend/store
backend/cloud          base backend/cloud
backend/circle         base crypto backend/cloud backend/circle
backend/sync           base crypto backend/item backend/vault backend/store backend/cloud backend/circle backend/sync
backend                base crypto backend
service                base wire backend service
'
# header or folder      only under
foreign='
openssl/               crypto tests
sqlite3.h              backend/store tests
p11-kit/               module tests
CoreFoundation/        keychainapi tests
Security/              keychainapi tests
nettle/                module tests
jansson.h              cli tests
'

failed=0
complain() {
  printf '%s\n' "$1" >&2
  failed=1
}

# The longest folder of the table that holds the file.
home_of() {
  case $1 in
    backend/*/*) dirname "$1" | cut -d/ -f1-2 ;;
    *) printf '%s\n' "${1%%/*}" ;;
  esac
}

allowed() { # file, header: may the one include the other?
  row=$(printf '%s' "$table" | awk -v home="$(home_of "$1")" '$1 == home { $1 = ""; print }')
  for folder in $row; do
    case $2 in "$folder"/*) return 0 ;; esac
  done
  return 1
}

for file in $(find base crypto wire module keychainapi cli backend service -name '*.[ch]' | sort); do
  # Our own headers are included from the top of the tree, in quotes.
  for header in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
    [ "$header" = config.h ] && continue
    case $header in
      */*) ;;
      *)
        [ -f "$(dirname "$file")/$header" ] && continue
        complain "$file: \"$header\" is not named from the top of the tree"
        continue
        ;;
    esac
    allowed "$file" "$header" || complain "$file: includes $header, which is not below it"
  done
  # The door is the only part of the backend that the service may see.
  case $file in
    service/*)
      if grep -n '#include "backend/[^"]*/' "$file" >&2; then
        complain "$file: goes past the door (backend/keychain.h)"
      fi
      ;;
  esac
done

printf '%s' "$foreign" | while read -r header folders; do
  [ -n "$header" ] || continue
  for file in $(grep -rlE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<$header" \
    base crypto wire module keychainapi cli backend service --include='*.[ch]' || true); do
    ok=
    for folder in $folders; do
      case $file in "$folder"/*) ok=1 ;; esac
    done
    [ -n "$ok" ] || printf '%s: includes <%s>, which belongs to %s\n' "$file" "$header" "$folders"
  done
done > "${TMPDIR:-/tmp}/kc-layers.$$" || true
if [ -s "${TMPDIR:-/tmp}/kc-layers.$$" ]; then
  cat "${TMPDIR:-/tmp}/kc-layers.$$" >&2
  failed=1
fi
rm -f "${TMPDIR:-/tmp}/kc-layers.$$"
exit $failed
