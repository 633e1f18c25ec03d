#!/bin/bash
# Installs the Debian packages that building and testing need, those that are missing only.
# When nothing is missing it uses neither the network nor root.
#
#   packaging/setup.sh [PACKAGE…]     these instead
set -euo pipefail

needed=(libxml2-dev libcmark-dev libzstd-dev zlib1g-dev libyaml-dev libsimdjson-dev libmd-dev libsqlite3-dev libicu-dev pkg-config g++ git python3)
[[ $# == 0 ]] || needed=("$@")

missing=()
for package in "${needed[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} != 0 ]] || exit 0

echo "setup: installing ${missing[*]}" >&2
as_root=()
[[ $(id -u) == 0 ]] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
