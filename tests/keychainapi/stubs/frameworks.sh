#!/bin/sh
# SPDX-License-Identifier: ISC
# Programs that open frameworks at run time find them: by the names of libraries, and by the paths of
# macOS once these were asked for.
set -u
build=$(cd "${top_builddir:-.}" && pwd)
python=/usr/bin/python3
[ -x "$python" ] || { echo "no python3"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
passed=0
failed=0

check() { # what, command…
  what=$1
  shift
  if "$@" > "$scratch/log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not so: $what"
    tail -n 5 "$scratch/log"
  fi
}

# opens PATH SYMBOL: as ctypes, .NET and Rust do it
cat > "$scratch/opens.py" << 'FILE'
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
for name in sys.argv[2:]:
    ctypes.c_void_p.in_dll(library, name) if name.startswith("k") else getattr(library, name)
FILE

for name in CoreServices Foundation; do
  library=$build/.libs/lib$name.so.0
  check "lib$name has its name" sh -c 'readelf -d "$1" | grep SONAME | grep -qF "[lib$2.so.0]"' sh "$library" "$name"
  check "lib$name needs CoreFoundation" sh -c 'readelf -d "$1" | grep NEEDED | grep -qF "[libCoreFoundation.so.0]"' sh "$library"
  check "symbols are found in lib$name" env LD_LIBRARY_PATH="$build/.libs" "$python" "$scratch/opens.py" "$library" \
    CFRelease CFStringCreateWithCString kCFBooleanTrue kCFTypeDictionaryKeyCallBacks
  # Nothing of its own: it would hide what a later version has.
  check "lib$name has no symbols" sh -c '! nm -D --defined-only "$1" | grep -q .' sh "$library"
done
check "and what is no symbol is noticed" sh -c '! "$@"' sh env LD_LIBRARY_PATH="$build/.libs" "$python" \
  "$scratch/opens.py" "$build/.libs/libFoundation.so.0" CFNoSuchThing

# ctypes.util.find_library asks the linker about the folders of LD_LIBRARY_PATH
cat > "$scratch/find.py" << 'FILE'
import ctypes.util
import sys

sys.exit(not all(ctypes.util.find_library(name) for name in sys.argv[1:]))
FILE
check "find_library" env LD_LIBRARY_PATH="$build/.libs" "$python" "$scratch/find.py" \
  Security CoreFoundation CoreServices Foundation

check "make install-frameworks" make -s -C "$build" install-frameworks DESTDIR="$scratch/root" \
  libdir="$build/.libs" includedir="$(cd "${top_srcdir:-.}" && pwd)/keychainapi/include"
frameworks=$scratch/root/System/Library/Frameworks
for name in Security CoreFoundation CoreServices Foundation; do
  for path in "$name" "Versions/A/$name"; do
    check "$name.framework/$path" env LD_LIBRARY_PATH="$build/.libs" "$python" "$scratch/opens.py" \
      "$frameworks/$name.framework/$path" CFRelease
  done
  check "the headers of $name" test -f "$frameworks/$name.framework/Headers/$name.h"
done
check "Security has its functions there" env LD_LIBRARY_PATH="$build/.libs" "$python" "$scratch/opens.py" \
  "$frameworks/Security.framework/Security" SecItemCopyMatching kSecClass
check "make uninstall-frameworks" make -s -C "$build" uninstall-frameworks DESTDIR="$scratch/root"
check "takes it away" sh -c '! find "$1" -name "*.framework" | grep -q .' sh "$scratch/root"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
