#!/bin/bash
# Fuzzes the readers, one family after the other: run.sh [SECONDS [FAMILY…]]. Seeds are the fixtures and
# what earlier runs found in .build-fuzz/corpus; a find stands in .build-fuzz/finds.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
seconds=${1:-60}
families=("${@:2}")
[[ ${#families[@]} != 0 ]] || families=(xml json lines text archives config history report)
build=.build-fuzz

runtime=$(find "$(dirname "$(dirname "$(realpath "$(command -v swiftc)")")")/lib" \
  -name "libclang_rt.fuzzer_no_main-$(uname -m).a" -print -quit)
[[ -n $runtime ]] || { echo "fuzz: the Swift toolchain has no libclang_rt.fuzzer_no_main" >&2; exit 1; }
# Coverage of our Swift code alone; the address sanitizer sees the C libraries' calls too.
TIDEMARK_FUZZ=1 swift build -c release --product fuzz --scratch-path $build --disable-index-store \
  --sanitize=address -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table \
  -Xlinker "$runtime" -Xlinker -lstdc++
program=$build/release/fuzz
# Swift's own crash handler would come before the fuzzer's, which writes the find.
export SWIFT_BACKTRACE=enable=no
export LSAN_OPTIONS=suppressions=$PWD/fuzz/leaks.txt:print_suppressions=0

# seed FAMILY FILE…: under the name of its content, so that a second run adds nothing.
seed() {
  local file
  for file in "${@:2}"; do
    [[ $(stat -c %s "$file") -gt 50000 ]] || cp "$file" "$build/seeds/$1/$(sha1sum < "$file" | cut -c 1-40)"
  done
}

rm -rf $build/seeds
for family in "${families[@]}"; do
  mkdir -p $build/{seeds,corpus,finds}/"$family"
  case $family in
    xml) mapfile -t files < <(find fixtures -name '*.xml' -size -50k ! -path '*/demo/*') ;;
    json) mapfile -t files < <(find fixtures -name '*.json' -size -50k ! -path '*/demo/*' ! -path '*/golden/*') ;;
    lines) mapfile -t files < <(find fixtures/go fixtures/rust fixtures/build fixtures/python fixtures/load -name '*.json' -o -name '*.jsonl') ;;
    text) mapfile -t files < <(find fixtures -name '*.txt' -o -name '*.csv' -o -name '*.tap' -o -name '*.sum' -o -name '*.trs' -o -name '*.yaml') ;;
    archives) mapfile -t files < <(find fixtures/archives -type f ! -name '*.py') ;;
    config) mapfile -t files < <(find fixtures examples fuzz/seeds -name 'tidemark*.yml') ;;
    report) mapfile -t files < <(find fuzz/seeds fixtures/golden -name 'report*.json') ;;
    history)
      files=()
      for file in fixtures/history/recorded/*.tms; do
        "$program" segments "$file" "$build/seeds/history/$(basename "$file" .tms)"
      done ;;
    *) echo "fuzz: no family $family" >&2; exit 2 ;;
  esac
  seed "$family" "${files[@]}"
done

status=0
for family in "${families[@]}"; do
  echo "fuzz: $family, $seconds s, $(ls $build/seeds/"$family" | wc -l) seeds"
  log=$build/$family.log
  if "$program" "$family" $build/corpus/"$family" $build/seeds/"$family" -max_total_time="$seconds" \
    -timeout=20 -rss_limit_mb=2048 -max_len=50000 -print_final_stats=1 -seed=1 \
    -artifact_prefix=$build/finds/"$family"/ > "$log" 2>&1; then
    grep -E 'number_of_executed_units|peak_rss' "$log" || true
  else
    status=1
    find=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    echo "fuzz: $family found ${find:-something}; the log is $log" >&2
    echo "fuzz: again with: SWIFT_BACKTRACE=enable=no LSAN_OPTIONS=$LSAN_OPTIONS $program $family $find" >&2
  fi
done
rm -rf /dev/shm/tidemark-fuzz-*
exit $status
