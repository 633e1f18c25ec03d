#!/bin/bash
# Photographs a page of the site without a window.
#
#   docs/picture.sh PAGE.html PICTURE.png
set -euo pipefail

mkdir -p "$(dirname "$2")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
  --window-size=1200,1000 --screenshot="$(realpath -m "$2")" "file://$(realpath "$1")" 2> "$profile/log" ||
  { cat "$profile/log" >&2; exit 1; }
[[ -s $2 ]]
