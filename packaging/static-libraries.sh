#!/bin/bash
# Fills a folder so that `swift build` links static libraries where Debian has them:
#
#   packaging/static-libraries.sh FOLDER
#   PKG_CONFIG_PATH=FOLDER/pc swift build …
#
# FOLDER/lib gets links to the .a files alone (a linker that sees .a and .so beside each other takes the
# .so), FOLDER/pc one .pc file for each system library of Package.swift, which names FOLDER/lib.
set -euo pipefail

folder=$(realpath -m "$1")
here=$(dirname "$(realpath "$0")")
rm -rf "$folder"
mkdir -p "$folder/lib" "$folder/pc"

library_file() { # NAME: where the compiler finds it
  local path
  path=$(cc -print-file-name="$1")
  [[ $path == /* ]] || { echo "$0: no $1; run make setup" >&2; exit 1; }
  realpath "$path"
}

link_library() { ln -s "$(library_file "$1")" "$folder/lib/$1"; }

package() { # PC-NAME LIBS…: our own .pc file, with the version and the headers of the real one
  local name=$1
  shift
  cat > "$folder/pc/$name.pc" <<EOF
Name: $name
Description: $name, linked statically
Version: $(pkg-config --modversion "$name")
Cflags: $(pkg-config --cflags "$name")
Libs: -L$folder/lib $*
EOF
}

for name in xml2 cmark zstd yaml md sqlite3 icuuc z lzma; do link_library "lib$name.a"; done
# Debian has no static simdjson: its shared library travels beside the program.
link_library libsimdjson.so

# libxml2 was built with ICU. Its tables, 31 MB, serve only encodings that are not read through them.
cc -c -DICU_VERSION="$(pkg-config --modversion icu-uc | cut -d. -f1)" \
  -o "$folder/icudata.o" "$here/empty-icu-data.c"
ar rcs "$folder/lib/libicudata.a" "$folder/icudata.o"

package libxml-2.0 -lxml2 -licuuc -licudata -lz -llzma -lstdc++ -lm
package libcmark -lcmark
package libzstd -lzstd
package zlib -lz
package yaml-0.1 -lyaml
package libmd -lmd
package sqlite3 -lsqlite3 -lm
