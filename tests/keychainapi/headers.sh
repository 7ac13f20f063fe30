#!/bin/sh
# SPDX-License-Identifier: ISC
# Each public header, alone, is clean in every dialect that ported programs are written in.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
include=$top/keychainapi/include
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
strict='-fsyntax-only -Wall -Wextra -pedantic -Werror'
passed=0
failed=0

have() {
  command -v "${1%% *}" > /dev/null 2>&1
}

# The compilers of this build and those that are there besides.
c_compilers="${CC:-cc}"
cxx_compilers="${CXX:-c++}"
for extra in gcc clang; do
  case " $c_compilers" in *[\ /]"$extra"*) ;; *) have "$extra" && c_compilers="$c_compilers|$extra" ;; esac
done
for extra in g++ clang++; do
  case " $cxx_compilers" in *[\ /]"$extra"*) ;; *) have "$extra" && cxx_compilers="$cxx_compilers|$extra" ;; esac
done

# compiler, flags, file: 0 when it is clean
compiles() {
  # shellcheck disable=SC2086
  $1 $2 $strict -I"$include" "$3" > "$scratch/log" 2>&1
}

expect() { # wanted status, compiler, flags, file
  if compiles "$2" "$3" "$4"; then got=0; else got=1; fi
  if [ "$got" = "$1" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$2 $3: wrong for:"
    cat "$4" "$scratch/log"
  fi
}

in_c() { # wanted status, file, dialects, more flags
  rest="$c_compilers|"
  while [ -n "$rest" ]; do
    compiler=${rest%%|*}
    rest=${rest#*|}
    for dialect in $3; do
      expect "$1" "$compiler" "-x c -std=$dialect ${4-}" "$2"
    done
  done
}

in_every_dialect() { # wanted status, file, more flags
  in_c "$1" "$2" 'gnu89 c99 c11' "${3-}"
  rest="$cxx_compilers|"
  while [ -n "$rest" ]; do
    compiler=${rest%%|*}
    rest=${rest#*|}
    for dialect in c++14 c++17; do
      expect "$1" "$compiler" "-x c++ -std=$dialect ${3-}" "$2"
    done
  done
}

for header in "$include"/*.h "$include"/*/*.h; do
  file=$scratch/alone.c
  printf '#include <%s>\nint main(void);\n' "${header#"$include"/}" > "$file"
  in_every_dialect 0 "$file"
  if have clang; then
    expect 0 clang "-x objective-c -std=c11" "$file"
    expect 0 clang "-x c -std=c11 -fblocks" "$file"
  fi
done

# Use of each kind of thing in them, with references as pointers and as integers.
for use in cf/use.c security/use.c; do
  in_every_dialect 0 "$top/tests/keychainapi/$use"
  in_every_dialect 0 "$top/tests/keychainapi/$use" -DKEYCIRCLE_CF_REFS_AS_UINTPTR
done

# Programs in the manner of ported ones, in the C that they are written in.
for porter in "$top"/tests/keychainapi/*/porter_*.c; do
  in_c 0 "$porter" 'gnu99 gnu11'
done

# Nobody is warned of what is deprecated, but who asks for it.
in_c 1 "$top/tests/keychainapi/security/porter_svn.c" 'gnu11' -DKEYCIRCLE_WARN_DEPRECATED

# The check itself must notice: an unused variable in a function of a header's kind.
printf '#include <CoreFoundation/CoreFoundation.h>\nint main(void) { CFIndex i; return 0; }\n' \
  > "$scratch/seeded.c"
in_every_dialect 1 "$scratch/seeded.c"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
