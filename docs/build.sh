#!/bin/bash
# Writes the reference of every module, from its doc comments, as a static site.
#
#   docs/build.sh FOLDER [BUILD]      BUILD: where `swift build` left its modules, default .build/debug
set -euo pipefail

out=$(realpath -m "$1")
cd "$(dirname "$(realpath "$0")")/.."
build=${2:-.build/debug}
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT

# The headers of the C libraries, which the modules' interfaces name.
mapfile -t c_options < <(
  for map in "$PWD"/Sources/C*/module.modulemap "$(realpath "$build")"/*.build/module.modulemap \
    "$(realpath "$(dirname "$build")")"/checkouts/*/Sources/*/include/module.modulemap; do
    printf -- '-Xcc\n-fmodule-map-file=%s\n' "$map"
  done
  pkg-config --cflags-only-I libxml-2.0 libcmark libzstd zlib yaml-0.1 libmd sqlite3 | xargs -n1 printf -- '-Xcc\n%s\n')
for module in "$build"/Modules/Tidemark*.swiftmodule; do
  swift symbolgraph-extract -module-name "$(basename "$module" .swiftmodule)" -I "$build/Modules" \
    "${c_options[@]}" -target "$(uname -m)-unknown-linux-gnu" \
    -minimum-access-level package -skip-inherited-docs -skip-synthesized-members -output-dir "$graphs"
done

rm -rf "$out"
docc convert --fallback-display-name Tidemark --fallback-bundle-identifier tidemark \
  --additional-symbol-graph-dir "$graphs" --transform-for-static-hosting --output-dir "$out" > "$graphs/log" 2>&1 ||
  { cat "$graphs/log" >&2; exit 1; }
echo "docs: $out/documentation/, a folder a module"
