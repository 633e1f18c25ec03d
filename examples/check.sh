#!/bin/bash
# Holds every file of the examples against a checker that knows its format, and runs their unit tests.
#
#   examples/check.sh [FOLDER…]      FOLDER: further ones with pipeline files (what `tidemark init` wrote)
set -euo pipefail

root=$(dirname "$(dirname "$(realpath "$0")")")
"$root/packaging/setup.sh" groovy nodejs yamllint shellcheck python3-venv python3-yaml
tools=$root/.build/examples-tools
if [[ ! -x $tools/bin/check-jsonschema ]]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet 'check-jsonschema==0.39.0'
fi
# Debian's groovy asks for a default-java, which an image with another Java does not have.
if [[ ! -x ${JAVA_HOME:-/usr/lib/jvm/default-java}/bin/java ]]; then
  JAVA_HOME=$(dirname "$(dirname "$(realpath "$(command -v java)")")")
  export JAVA_HOME
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

schema() { # NAME FILE…
  local name=$1 file files=()
  shift
  for file in "$@"; do [[ ! -f $file ]] || files+=("$file"); done
  [[ ${#files[@]} != 0 ]] || return 0
  local options=(--builtin-schema "vendor.$name")
  case $name in
    gitlab-ci) options+=(--data-transform gitlab-ci) ;;
    azure-pipelines) options+=(--data-transform azure-pipelines --regex-variant python) ;;
  esac
  local answer
  answer=$("$tools/bin/check-jsonschema" "${options[@]}" "${files[@]}" 2>&1) || {
    echo "$answer" >&2
    return 1
  }
}

shopt -s nullglob dotglob globstar
for folder in "$root"/examples/{github-actions,gitlab,azure,jenkins} "$@"; do
  files=("$folder"/**/*.yml)
  [[ ${#files[@]} == 0 ]] || yamllint --strict -c "$root/examples/.yamllint" "${files[@]}"
  schema github-workflows "$folder"/.github/workflows/*.yml
  schema github-actions "$folder"/.github/actions/*/action.yml
  schema gitlab-ci "$folder"/.gitlab-ci.yml "$folder"/.gitlab/*-cell.yml
  for file in "$folder"/.gitlab/tidemark.y*ml; do
    /usr/bin/python3 "$root/examples/check.py" --component "$file" > "$work/component.yml"
    schema gitlab-ci "$work/component.yml"
  done
  schema azure-pipelines "$folder"/azure-*.yml "$folder"/.azure/*.yml
  /usr/bin/python3 "$root/examples/check.py" "$folder"
done
node --test "$root/examples/azure/extension/test.js" > /dev/null || { node --test "$root/examples/azure/extension/test.js"; exit 1; }
groovy "$root/examples/jenkins/test/TidemarkTest.groovy"
echo "examples: all right"
