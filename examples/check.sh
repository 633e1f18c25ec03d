#!/bin/bash
# Holds every file of the examples against a checker that knows its format, runs their unit tests, and does the same with
# what `tidemark init` writes.
#
#   examples/check.sh [PROGRAM]      default: the debug build
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
  local name=$1
  shift
  local options=(--builtin-schema "vendor.$name")
  case $name in
    gitlab-ci) options+=(--data-transform gitlab-ci) ;;
    azure-pipelines) options+=(--data-transform azure-pipelines --regex-variant python) ;;
  esac
  local answer
  answer=$("$tools/bin/check-jsonschema" "${options[@]}" "$@" 2>&1) || {
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
[[ -x $program ]] || {
  echo "examples: there is no program $program; \`make build\` makes it" >&2
  exit 1
}
repository nothing
repository everything package.json requirements.txt go.mod Cargo.toml Package.swift CMakeLists.txt pom.xml build.gradle \
  x.csproj phpunit.xml
repository below web/package.json web/go.mod
repository benchmarks go.mod

shopt -s nullglob dotglob globstar
all=() workflows=() actions=() gitlab=() azure=() jenkinsfiles=()
folders=("$root"/examples/{github-actions,gitlab,azure,jenkins} "${written[@]}")
for folder in "${folders[@]}"; do
  all+=("$folder"/**/*.yml)
  workflows+=("$folder"/.github/workflows/*.yml)
  actions+=("$folder"/.github/actions/*/action.yml)
  gitlab+=("$folder"/.gitlab-ci.y*ml "$folder"/.gitlab/*-cell.yml)
  azure+=("$folder"/azure-*.yml "$folder"/.azure/*.yml)
  jenkinsfiles+=("$folder"/Jenkinsfile*)
done
/usr/bin/python3 "$root/examples/check.py" --component "$root/examples/gitlab/.gitlab/tidemark.yml" > "$work/component.yml"
yamllint --strict -c "$root/examples/.yamllint" "${all[@]}"
schema github-workflows "${workflows[@]}"
schema github-actions "${actions[@]}"
schema gitlab-ci "${gitlab[@]}" "$work/component.yml"
schema azure-pipelines "${azure[@]}"
/usr/bin/python3 "$root/examples/check.py" "${folders[@]}"
tests=$root/examples/azure/extension/test.js
answer=$(node --test "$tests" 2>&1) || {
  echo "$answer" >&2
  exit 1
}
groovy "$root/examples/jenkins/test/TidemarkTest.groovy" "${jenkinsfiles[@]}"
echo "examples: all right"
