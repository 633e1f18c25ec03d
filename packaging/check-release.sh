#!/bin/bash
# Runs the packed programs where nothing is installed: in a folder that holds the archive, glibc, libstdc++
# and libgcc, and is the whole file system. Needs root, or a kernel that lets users make namespaces.
#
#   packaging/check-release.sh dist/tidemark-VERSION-linux-x86_64.tar.gz
set -euo pipefail

archive=$(realpath "$1")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{proc,tmp,opt}
tar -C "$root/opt" --strip-components=1 -xzf "$archive"

# The loader and the C and C++ runtimes, as any glibc image has them, and nothing else.
mkdir "$root/lib" "$root/lib64"
for library in libc.so.6 libm.so.6 libstdc++.so.6 libgcc_s.so.1; do
  cp "$(realpath "$(cc -print-file-name=$library)")" "$root/lib/$library"
done
loader=$(readelf -p .interp "$root/opt/tidemark" | grep -o '/.*')
cp "$loader" "$root$loader"

run() { # ARGUMENTS…: the program alone in that file system; $ORIGIN needs /proc
  unshare --mount --map-root-user bash -c '
    mount -t proc proc "$0/proc" 2>/dev/null || mount --rbind /proc "$0/proc"
    exec chroot "$0" /opt/tidemark "$@"' "$root" "$@"
}

expect() { # WHAT PATTERN TEXT
  grep -qE "$2" <<< "$3" || { echo "check-release: $1: $3" >&2; exit 1; }
}

expect "no version" '^[0-9]+\.[0-9]+\.[0-9]+' "$(run --version)"
# It starts its sibling, which lies beside it.
expect "no sibling" 'tidemark-publish publish' "$(run publish github --help)"

# An encoding that libxml2 leaves to ICU, whose tables are not in the program.
printf '<?xml version="1.0" encoding="windows-1252"?>\n<testsuite name="s" tests="1"><testcase classname="c" name="caf\xe9 \x80"/></testsuite>\n' \
  > "$root/tmp/windows-1252.xml"
expect "windows-1252 is not read" '"name":"café €"' "$(run inspect --json --full /tmp/windows-1252.xml)"
printf '[{"name":"a","unit":"ns","value":1.5}]' > "$root/tmp/values.json"
expect "JSON is not read" '"status":"read"' "$(run inspect --json /tmp/values.json)"
echo "check-release: $(basename "$archive") runs with glibc and libstdc++ alone"
