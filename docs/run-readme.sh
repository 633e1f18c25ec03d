#!/bin/bash
# Runs the README's commands: every block fenced as `sh`, in order, each in a shell of its own at the root.
set -euo pipefail

cd "$(dirname "$(realpath "$0")")/.."
blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT
awk -v folder="$blocks" '
  /^```sh$/ { inside = 1; count++; next }
  /^```$/ { inside = 0 }
  inside { print > sprintf("%s/%02d.sh", folder, count) }' README.md

shopt -s nullglob
scripts=("$blocks"/*.sh)
[[ ${#scripts[@]} != 0 ]] || { echo "run-readme: README.md has no block fenced as sh" >&2; exit 1; }
for script in "${scripts[@]}"; do
  echo "run-readme:"
  sed 's/^/    /' "$script"
  bash -euo pipefail "$script" || { echo "run-readme: README.md's commands fail" >&2; exit 1; }
done
