#!/bin/bash
# Builds everything, tests too, and fails on a warning of any compiler or linker. Our Swift warnings are
# errors already; this is for C++, the linker and the package itself. What dependencies warn of is theirs:
# their files lie under .build/checkouts, and their packages are named by the package manager.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests 2>&1 | tee "$log"
theirs="/\.build/checkouts/|^warning: '(swift-[a-z0-9-]+|async-http-client)':"
if grep -E '(^|[ :])warning:' "$log" | grep -vE "$theirs"; then
  echo "check: the build warns" >&2
  exit 1
fi
