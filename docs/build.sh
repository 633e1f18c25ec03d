#!/bin/bash
# Writes the reference of every module, from its doc comments, as a static site.
#
#   docs/build.sh FOLDER
set -euo pipefail

out=$(realpath -m "$1")
cd "$(dirname "$(realpath "$0")")/.."
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
swift build --product tidemark --scratch-path .build-docs \
  -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$graphs" \
  -Xswiftc -symbol-graph-minimum-access-level -Xswiftc package
find "$graphs" -type f ! -name 'Tidemark*' -delete
rm -rf "$out"
docc convert --fallback-display-name Tidemark --fallback-bundle-identifier tidemark \
  --additional-symbol-graph-dir "$graphs" --transform-for-static-hosting --output-dir "$out"
echo "docs: $out/documentation/index.html"
