#!/bin/bash
# Runs the README's commands: every line of its indented blocks, in order, but those given as arguments.
#
#   docs/run-readme.sh ["make test"…]
#
# `make` runs at the root; `tidemark` in a folder whose results/ are one recorded run of the demo, with
# the program that `make demo` built.
set -euo pipefail

root=$(dirname "$(dirname "$(realpath "$0")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/fixtures/demo/runs/001" "$work/results"
export PATH="$root/.build/release:$PATH"

run() { # COMMAND LINE
  case $1 in
    make\ *) (cd "$root" && bash -euc "$1") ;;
    tidemark\ *) (cd "$work" && bash -euc "$1") ;;
    *) echo "run-readme: README.md has a command that nothing here can run: $1" >&2; return 1 ;;
  esac
}

mapfile -t commands < <(sed -n 's/^    \([^ ].*\)/\1/p' "$root/README.md" | sed 's/ *#.*//')
[[ ${#commands[@]} != 0 ]] || { echo "run-readme: README.md has no commands" >&2; exit 1; }
for command in "${commands[@]}"; do
  for skipped in "$@"; do [[ $command != "$skipped" ]] || continue 2; done
  echo "run-readme: $command"
  run "$command" < /dev/null || { echo "run-readme: README.md's command fails: $command" >&2; exit 1; }
done
