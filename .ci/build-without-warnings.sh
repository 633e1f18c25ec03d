#!/bin/bash
# Builds everything, tests too, and fails on a warning of any compiler or linker. Our Swift warnings are
# errors already; this is for C++, the linker and the package itself.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests 2>&1 | tee "$log"
if grep -E '(^|[ :])warning:' "$log"; then
  echo "check: the build warns" >&2
  exit 1
fi
