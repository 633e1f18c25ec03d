#!/bin/bash
# Holds every file of the examples against a checker that knows its format, runs their unit tests, and does the same with
# what `tidemark init` writes.
#
#   examples/check.sh [PROGRAM]      default: the debug build, if it is there
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

# What `init` writes for several kinds of repository, each platform.
program=$(realpath "${1:-$root/.build/debug/tidemark}")
written=()
repository() { # NAME FILE…
  local platform folder file
  for platform in github gitlab azure jenkins; do
    folder=$work/$1-$platform
    mkdir -p "$folder/web"
    for file in "${@:2}"; do echo '{"devDependencies": {"jest": "1"}} criterion pytest-benchmark' > "$folder/$file"; done
    [[ $1 != benchmarks ]] || echo 'benchmarks: {models: [a], commands: [make bench]}' > "$folder/tidemark.yml"
    (cd "$folder" && "$program" init "$platform" --quiet > /dev/null)
    written+=("$folder")
  done
}
if [[ -x $program ]]; then
  repository nothing
  repository everything package.json requirements.txt go.mod Cargo.toml Package.swift CMakeLists.txt pom.xml build.gradle \
    x.csproj phpunit.xml
  repository below web/package.json web/go.mod
  repository benchmarks go.mod
fi

shopt -s nullglob dotglob globstar
jenkinsfiles=()
for folder in "$root"/examples/{github-actions,gitlab,azure,jenkins} "${written[@]}"; do
  files=("$folder"/**/*.yml)
  [[ ${#files[@]} == 0 ]] || yamllint --strict -c "$root/examples/.yamllint" "${files[@]}"
  for file in "$folder"/Jenkinsfile*; do jenkinsfiles+=("$file"); done
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
groovy "$root/examples/jenkins/test/TidemarkTest.groovy" "${jenkinsfiles[@]}"
echo "examples: all right"
