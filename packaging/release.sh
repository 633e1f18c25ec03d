#!/bin/bash
# Packs the statically linked programs into dist/tidemark-VERSION-linux-ARCH.tar.gz and tries them.
#
#   packaging/release.sh FOLDER        that tidemark and tidemark-publish were built in
set -euo pipefail

built=$(realpath "$1")
program=$built/tidemark
root=$(dirname "$(dirname "$(realpath "$0")")")
version=$("$program" --version)
name=tidemark-$version-linux-$(uname -m)
folder=$root/dist/$name

rm -rf "$folder"
mkdir -p "$folder/licences"
strip -o "$folder/tidemark" "$program"
strip -o "$folder/tidemark-publish" "$built/tidemark-publish"

# The one shared library that is on no plain image; the program looks for it beside itself.
simdjson=$(ldd "$program" | awk '$1 ~ /^libsimdjson/ {print $3}')
strip -o "$folder/$(basename "$(ldd "$program" | awk '$1 ~ /^libsimdjson/ {print $1}')")" "$simdjson"

# What is linked in asks for its notice to go along.
cp "$root/LICENSE" "$folder/"
for package in libxml2-dev libcmark-dev libzstd-dev libyaml-dev libmd-dev libsqlite3-dev libsimdjson-dev libicu-dev zlib1g-dev liblzma-dev; do
  cp "/usr/share/doc/$package/copyright" "$folder/licences/$package"
done
cp "$(dirname "$(realpath "$(command -v swift)")")/../share/swift/LICENSE.txt" "$folder/licences/swift"
for checkout in "$root"/.build-static/checkouts/*/; do
  cp "$checkout/LICENSE.txt" "$folder/licences/$(basename "$checkout")" 2>/dev/null || true
done

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git -C "$root" log -1 --format=%ct)" \
  -C "$root/dist" -cf - "$name" | gzip -9n > "$folder.tar.gz"

"$root/packaging/check-release.sh" "$folder.tar.gz"
printf '%s: tidemark %d bytes, tidemark-publish %d bytes, archive %d bytes\n' "$name" \
  "$(stat -c %s "$folder/tidemark")" "$(stat -c %s "$folder/tidemark-publish")" \
  "$(stat -c %s "$folder.tar.gz")"
