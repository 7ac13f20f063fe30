#!/bin/sh
# SPDX-License-Identifier: ISC
# secitem-cc: what becomes of each option, and programs built with it by make, autoconf and CMake.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../../.." && pwd)}
build=$(cd "${top_builddir:-.}" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
passed=0
failed=0
tools=$build/keychainapi/stubs

check() { # what, wanted, got
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'wrong: %s:\n  %s\nnot\n  %s\n' "$1" "$3" "$2"
  fi
}

if [ "${1-}" = served ]; then
  # The second half: beside a service.
  shift
  if [ -n "$1" ]; then
    printf 'protocol=https\nhost=h.example\nusername=ana\npassword=p\n\n' | "$1" store
    check "git's helper for macOS" 'password=p username=ana' \
      "$(printf 'protocol=https\nhost=h.example\n\n' | "$1" get | sort | tr '\n' ' ' | sed 's/ $//')"
  fi
  shift
  for manager in "$@"; do
    "$manager" set service ana 'a password' || failed=$((failed + 1))
    check "$(basename "$manager") keeps passwords" 'a password' "$("$manager" get service ana)"
    "$manager" delete service ana || failed=$((failed + 1))
  done
  echo "served: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
fi

# --- options ----------------------------------------------------------------------------------------
# A compiler that prints its arguments, each in brackets.
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done\n' > "$scratch/print"
chmod +x "$scratch/print"
SECITEM_INCLUDEDIR=/inc
SECITEM_LIBDIR=/lib/kc
SECITEM_CC=$scratch/print
export SECITEM_INCLUDEDIR SECITEM_LIBDIR SECITEM_CC
rewritten() {
  "$tools/secitem-cc" "$@"
}
paths='[-L/lib/kc][-Wl,-rpath,/lib/kc]'
# Each row: what is given, a word a blank; what arrives, without the include folder.
while IFS='|' read -r given wanted; do
  [ -n "$given" ] || continue
  # shellcheck disable=SC2086
  check "$given" "$(printf '%s' "$wanted" | sed "s|PATHS|$paths|")" "$(rewritten $given | sed 's|\[-Wno-unknown-pragmas\]\[-isystem\]\[/inc\]||')"
done << 'ROWS'
x.c -framework Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
-framework Security x.c|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -framework Security -framework CoreFoundation -framework Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -weak_framework Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -Wl,-framework,Security,-framework,CoreFoundation|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -Wl,-framework -Wl,Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -Wl,-framework,Security -Wl,-framework -Wl,CoreFoundation -Wl,-z,now|[x.c][-Wl,-z,now]PATHS[-lSecurity][-lCoreFoundation]
x.c -Wl,-z,now,-framework,Security,--no-undefined|[x.c][-Wl,-z,now,--no-undefined]PATHS[-lSecurity][-lCoreFoundation]
x.c -Wl,-weak_framework,Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -Xlinker -framework -Xlinker Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -Xlinker --defsym=a,b|[x.c][-Xlinker][--defsym=a,b]
x.c -Xlinker -rpath -Xlinker /x|[x.c][-Wl,-rpath,/x]
x.c /System/Library/Frameworks/Security.framework|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c /SDK/System/Library/Frameworks/Security.framework/Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -framework CoreFoundation|[x.c]PATHS[-lCoreFoundation]
x.c -framework Foundation|[x.c]PATHS[-lFoundation][-lCoreFoundation]
x.c -framework AppKit|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -framework Carbon -framework ApplicationServices -framework Security|[x.c]PATHS[-lSecurity][-lCoreFoundation]
x.c -framework Security -framework CoreServices|[x.c]PATHS[-lSecurity][-lCoreFoundation][-lCoreServices]
x.c -framework QuartzCore|[x.c]PATHS[-lQuartzCore]
-c x.c -framework Security|[-c][x.c]
-E x.c -framework Security|[-E][x.c]
-fsyntax-only x.c -framework Security|[-fsyntax-only][x.c]
x.c|[x.c]
x.c -F dir -F/other -iframework third -o x|[x.c][-o][x]
x.c -arch arm64 -arch x86_64 -mmacosx-version-min=10.15 -mmacos-version-min=11|[x.c]
x.c -isysroot /Applications/Xcode.app/Contents/Developer/SDKs/MacOSX.sdk|[x.c]
x.c -isysroot /cross/root|[x.c][-isysroot][/cross/root]
x.c -stdlib=libc++ -fobjc-arc -ObjC -fmodules -std=c11|[x.c][-std=c11]
-dynamiclib -install_name @rpath/libx.dylib -compatibility_version 1 -current_version 1.2 x.o|[-shared][-Wl,-soname,libx.dylib][x.o]
-bundle -undefined dynamic_lookup x.o|[-shared][x.o]
-Wl,-install_name,/usr/lib/libx.so x.o|[-Wl,-soname,libx.so][x.o]
-Wl,-undefined,dynamic_lookup -Wl,-dead_strip -Wl,-search_paths_first x.o|[x.o]
-Wl,-rpath,@loader_path/../lib x.o|[-Wl,-rpath,$ORIGIN/../lib][x.o]
-Wl,-rpath,@executable_path x.o|[-Wl,-rpath,$ORIGIN][x.o]
-rpath /x x.o|[-Wl,-rpath,/x][x.o]
-o -framework x.c|[-o][-framework][x.c]
-D -framework x.c|[-D][-framework][x.c]
-Iinclude/Security.framework/Headers x.c|[-Iinclude/Security.framework/Headers][x.c]
-lfoo -L/y -Wall -Werror -O2 -g3 -pthread x.c|[-lfoo][-L/y][-Wall][-Werror][-O2][-g3][-pthread][x.c]
ROWS
check "blanks and quotes" "[-DNAME=\"two words\"][a b.c][it's][][-o][out put][*][\$HOME]" \
  "$(rewritten -DNAME='"two words"' 'a b.c' "it's" '' -o 'out put' '*' '$HOME' | sed 's|\[-Wno-unknown-pragmas\]\[-isystem\]\[/inc\]||')"
check "the include folder comes after those that were given" '[-Imine][x.c][-Wno-unknown-pragmas][-isystem][/inc]' "$(rewritten -Imine x.c)"
check "folders that are searched anyway are not named" '[x.c][-Wno-unknown-pragmas][-lSecurity][-lCoreFoundation]' \
  "$(SECITEM_INCLUDEDIR=/usr/include SECITEM_LIBDIR=/usr/lib/x86_64-linux-gnu rewritten x.c -framework Security)"

check "frameworks that every link gets" "[x.c]$paths[-lSecurity][-lCoreFoundation]" \
  "$(SECITEM_FRAMEWORKS='Security CoreFoundation' rewritten x.c -framework Security | sed 's|\[-Wno-unknown-pragmas\]\[-isystem\]\[/inc\]||')"
check "but no compilation" '[-c][x.c]' "$(SECITEM_FRAMEWORKS=Security rewritten -c x.c | sed 's|\[-Wno-unknown-pragmas\]\[-isystem\]\[/inc\]||')"

# --- which compiler -----------------------------------------------------------------------------------
unset SECITEM_CC
sed 's/printf/printf c++/' "$scratch/print" > "$scratch/print++"
chmod +x "$scratch/print++"
check "CC chooses it" '[x.c][-Wno-unknown-pragmas][-isystem][/inc]' "$(CC=$scratch/print rewritten x.c)"
check "with words of its own" '[first][x.c][-Wno-unknown-pragmas][-isystem][/inc]' "$(CC="$scratch/print first" rewritten x.c)"
check "but not this very program" 0 "$(CC=$tools/secitem-cc rewritten --version > /dev/null; echo $?)"
check "nor behind another" 0 "$(CC="env $tools/secitem-cc" rewritten --version > /dev/null; echo $?)"
check "secitem-c++ looks at CXX" 'c++' "$(CC=$scratch/print CXX=$scratch/print++ "$tools/secitem-c++" x.cc | cut -c 1-3)"
check "and at SECITEM_CXX first" '[x.cc][-Wno-unknown-pragmas][-isystem][/inc]' "$(CXX=false SECITEM_CXX=$scratch/print "$tools/secitem-c++" x.cc)"
check "its exit status is the compiler's" 7 "$(printf '#!/bin/sh\nexit 7\n' > "$scratch/fails"; chmod +x "$scratch/fails"; CC=$scratch/fails rewritten x.c; echo $?)"

# --- what macOS's compiler lets pass
printf '#pragma mark - The program\n#pragma clang diagnostic push\nint main(void) { return 0; }\n' > "$scratch/pragmas.c"
check "pragmas of another compiler" 0 "$("$tools/secitem-cc" -Wall -Wextra -Werror -c -o "$scratch/pragmas.o" "$scratch/pragmas.c"; echo $?)"

# --- make, autoconf, CMake ------------------------------------------------------------------------------
SECITEM_INCLUDEDIR=$(cd "$top" && pwd)/keychainapi/include
SECITEM_LIBDIR=$build/.libs
PATH=$tools:$PATH
export PATH
unset CC CXX CFLAGS LDFLAGS LIBS MAKEFLAGS MFLAGS MAKELEVEL
source=$top/tests/keychainapi/security/password_manager.c
managers=
built() { # how, folder, command…
  how=$1
  folder=$2
  shift 2
  if (cd "$folder" && "$@") > "$scratch/log" 2>&1 && [ -x "$folder/manager" ]; then
    passed=$((passed + 1))
    mv "$folder/manager" "$scratch/manager-$how"
    managers="$managers $scratch/manager-$how"
  else
    failed=$((failed + 1))
    echo "wrong: $how did not build it"
    tail -n 15 "$scratch/log"
  fi
}

mkdir "$scratch/make" "$scratch/autoconf" "$scratch/cmake"
for folder in make autoconf cmake; do cp "$source" "$scratch/$folder/manager.c"; done
cat > "$scratch/make/Makefile" << 'FILE'
CFLAGS = -Wall -Wextra -Werror -mmacosx-version-min=10.15 -F /Library/Frameworks
LDFLAGS = -Wl,-framework,Security -Wl,-framework -Wl,CoreFoundation -Wl,-dead_strip
manager: manager.o
	$(CC) $(LDFLAGS) -o $@ manager.o
FILE
built make "$scratch/make" make CC=secitem-cc
cp "$scratch/make/Makefile" "$scratch/make/manager.c" "$scratch/cmake/"
mv "$scratch/cmake/manager.c" "$scratch/cmake/manager.cc" && rm "$scratch/cmake/Makefile"
(cd "$scratch/cmake" && secitem-c++ -std=c++17 -o manager manager.cc -framework Security -framework CoreFoundation) ||
  failed=$((failed + 1))
mv "$scratch/cmake/manager" "$scratch/manager-c++" && managers="$managers $scratch/manager-c++"
mv "$scratch/cmake/manager.cc" "$scratch/cmake/manager.c"

if command -v autoconf > /dev/null; then
  cat > "$scratch/autoconf/configure.ac" << 'FILE'
AC_INIT([manager], [1])
AC_PROG_CC
AC_CHECK_HEADER([Security/Security.h], [], [AC_MSG_ERROR([no header])])
LIBS="$LIBS -framework Security -framework CoreFoundation"
AC_MSG_CHECKING([for the framework])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <Security/Security.h>]], [[return SecItemDelete(NULL) == 0;]])],
  [AC_MSG_RESULT([yes])], [AC_MSG_ERROR([no framework])])
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [[return no_such_function();]])], [AC_MSG_ERROR([everything links])])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
FILE
  printf 'manager: manager.c\n\t@CC@ @CFLAGS@ -o manager manager.c @LIBS@\n' > "$scratch/autoconf/Makefile.in"
  built autoconf "$scratch/autoconf" sh -c 'autoconf && CC=secitem-cc ./configure && make'
fi
# libtool, the one of this very build
mkdir "$scratch/libtool" && cp "$source" "$scratch/libtool/manager.c"
built libtool "$scratch/libtool" env SECITEM_FRAMEWORKS='Security CoreFoundation' sh -c '
  "$1" --tag=CC --mode=compile secitem-cc -c -o manager.lo manager.c &&
  "$1" --tag=CC --mode=link secitem-cc -o manager manager.lo -framework Security -framework CoreFoundation' sh "$build/libtool"
built libtool-wl "$scratch/libtool" sh -c '
  "$1" --tag=CC --mode=link secitem-cc -o manager manager.lo -Wl,-framework,Security -Wl,-framework,CoreFoundation' sh "$build/libtool"
if command -v cmake > /dev/null; then
  cat > "$scratch/cmake/CMakeLists.txt" << 'FILE'
cmake_minimum_required(VERSION 3.18)
project(manager C)
find_library(SECURITY Security REQUIRED)
add_executable(manager manager.c)
target_link_libraries(manager ${SECURITY} "-framework CoreFoundation")
FILE
  built cmake "$scratch/cmake" sh -c 'cmake -DCMAKE_C_COMPILER=secitem-cc -DCMAKE_LIBRARY_PATH="$SECITEM_LIBDIR" . && make'
fi
# git's own helper for macOS, by its own Makefile
helper=
osxkeychain=/usr/share/doc/git/contrib/credential/osxkeychain
if [ -e $osxkeychain/Makefile ]; then
  cp -r $osxkeychain "$scratch/git"
  helper=$scratch/git/git-credential-osxkeychain
  make -s -C "$scratch/git" CC=secitem-cc > "$scratch/log" 2>&1
  check "git's helper is built" 0 "$?$(cat "$scratch/log")"
fi
if command -v pkg-config > /dev/null; then
  for name in security corefoundation coreservices foundation; do
    check "$name.pc" 0 "$(PKG_CONFIG_PATH=$build/conf pkg-config --libs "$name" | grep -q CoreFoundation; echo $?)"
  done
fi
LD_LIBRARY_PATH=$SECITEM_LIBDIR
export LD_LIBRARY_PATH
# shellcheck disable=SC2086
"$build/tests/keychainapi/security/serve" sh "$0" served "$helper" $managers || failed=$((failed + 1))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
