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
cli                    base crypto wire cli
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
sqlite3.h              backend/store backend/cloud tests
p11-kit/               module tests
CoreFoundation/        keychainapi tests
Security/              keychainapi tests
nettle/                module tests
jansson.h              cli tests
'


folders='base crypto wire module keychainapi cli backend service'
# shellcheck disable=SC2086
files=$(find $folders -name '*.[ch]' | sort)
# shellcheck disable=SC2086
grep -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' /dev/null $files |
  FILES=$files TABLE=$table FOREIGN=$foreign awk '
  BEGIN {
    count = split(ENVIRON["FILES"], list, "\n")
    for (i = 1; i <= count; i++) exists[list[i]] = 1
    count = split(ENVIRON["TABLE"], list, "\n")
    for (i = 1; i <= count; i++) {
      cells = split(list[i], cell, " ")
      for (j = 2; j <= cells; j++) may_include[cell[1], cell[j]] = 1
    }
    foreign_count = split(ENVIRON["FOREIGN"], foreign, "\n")
  }
  function complain(text) {
    print text > "/dev/stderr"
    failed = 1
  }
  function begins(text, start) {
    return substr(text, 1, length(start)) == start
  }
  # The row of the table for a path.
  function home_of(path,  part, depth) {
    depth = split(path, part, "/")
    return part[1] == "backend" && depth > 2 ? part[1] "/" part[2] : part[1]
  }
  function top_of(path) {
    sub(/\/.*/, "", path)
    return path
  }
  # Our own headers are included from the top of the tree, in quotes.
  function judge_own(file, header,  folder) {
    folder = file
    sub(/[^\/]*$/, "", folder)
    if (header == "config.h" || (header !~ /\// && (folder header) in exists))
      return
    if (header !~ /\//)
      complain(file ": \"" header "\" is not named from the top of the tree")
    else if (!((home_of(file), home_of(header)) in may_include) &&
             !((home_of(file), top_of(header)) in may_include))
      complain(file ": includes " header ", which is not below it")
    # The door is the only part of the backend that the service may see.
    else if (begins(file, "service/") && header ~ /^backend\/.*\//)
      complain(file ": goes past the door (backend/keychain.h): " header)
  }
  function judge_foreign(file, header,  i, j, cells, cell, good) {
    for (i = 1; i <= foreign_count; i++) {
      cells = split(foreign[i], cell, " ")
      if (cells == 0 || !begins(header, cell[1]))
        continue
      good = 0
      for (j = 2; j <= cells; j++)
        good = good || begins(file, cell[j] "/")
      if (!good)
        complain(file ": includes <" header ">, which belongs elsewhere: " foreign[i])
    }
  }
  {
    file = $0
    sub(/:.*/, "", file)
    header = substr($0, length(file) + 2)
    quoted = header ~ /^[^"<]*"/
    sub(/^[^"<]*["<]/, "", header)
    sub(/[">].*/, "", header)
    if (quoted)
      judge_own(file, header)
    else
      judge_foreign(file, header)
    seen++
  }
  END {
    if (seen < 100)
      complain("only " seen " includes were seen")
    exit failed
  }'
