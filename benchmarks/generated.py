"""Inputs for the benchmarks: the same bytes every time, made from a seed."""

import json
import random
from xml.sax.saxutils import escape, quoteattr

SUBJECTS = "Order Basket Invoice Ledger Stock Parcel Refund Coupon Account Session Gateway Report".split()
ROLES = "Parser Writer Store Router Planner Cache Client Policy Queue Index".split()
# 2024-01-01, in seconds since 1970.
FIRST_DAY = 1_704_067_200
CLAIMS = "accepts refuses keeps merges sorts rounds retries closes counts escapes".split()
OBJECTS = "EmptyInput LongNames Umlauts Duplicates NegativeAmounts Timeouts LeapDays Zero Nothing Everything".split()


def trace(rng):
    frames = "".join(f"\n    at shop.{rng.choice(SUBJECTS)}{rng.choice(ROLES)}.{rng.choice(CLAIMS)}"
                     f"(line {rng.randrange(1, 900)})" for _ in range(rng.randrange(4, 20)))
    return f"expected <{rng.randrange(1000)}> & found <{rng.randrange(1000)}>" + frames


def case(number, rng, outcomes):
    """One test case: of a hundred, two fail, three are skipped and five have output."""
    name = f"{rng.choice(CLAIMS)}{rng.choice(OBJECTS)}_{number}"
    if rng.random() < 0.15:
        name += f"[{rng.randrange(50)}: currency=<€>, n={rng.randrange(9999)}]"
    head = (f'  <testcase classname="shop.{SUBJECTS[number // 50 % 12]}{ROLES[number // 600 % 10]}Tests" '
            f'name={quoteattr(name)} time="{outcomes.lognormvariate(-5, 1.5):.3f}"')
    share = rng.random()
    inside = ""
    if share < 0.02:
        text = trace(rng)
        inside = f'   <failure message={quoteattr(text.splitlines()[0])} type="Mismatch">{escape(text)}</failure>\n'
    elif share < 0.05:
        inside = f'   <skipped message="waits for SHOP-{rng.randrange(9999)}"/>\n'
    elif share < 0.10:
        lines = "\n".join(f"DEBUG {rng.choice(ROLES)} took <{rng.randrange(999)} ms>" for _ in range(rng.randrange(1, 12)))
        inside = f"   <system-out><![CDATA[{lines}]]></system-out>\n"
    return f"{head}>\n{inside}  </testcase>\n" if inside else f"{head}/>\n"


def junit(path, cases, first=0, seed=1, run=0):
    """JUnit XML with suites of 50 cases; `run` varies the times alone."""
    rng, outcomes = random.Random(f"{seed} {first}"), random.Random(f"{seed} {first} {run}")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
        for start in range(first, first + cases, 50):
            numbers = range(start, min(start + 50, first + cases))
            file.write(f' <testsuite name="suite {start // 50}" tests="{len(numbers)}">\n')
            file.writelines(case(number, rng, outcomes) for number in numbers)
            file.write(" </testsuite>\n")
        file.write("</testsuites>\n")


def junit_folder(folder, cases, files, run=0):
    folder.mkdir()
    for index in range(files):
        junit(folder / f"{index:05}.xml", cases // files, first=index * (cases // files), run=run)


def google_benchmark_rows(benchmarks, repetitions, run):
    for number in range(benchmarks):
        base = 10 ** random.Random(number).uniform(1, 6)
        rng = random.Random(f"{number} {run}")
        name = f"BM_{SUBJECTS[number % 12]}{ROLES[number // 12 % 10]}/{number}"
        times = [base * rng.lognormvariate(0, 0.01) for _ in range(repetitions)]
        for index, time in enumerate(times):
            yield {"name": name, "family_index": number, "per_family_instance_index": 0, "run_name": name,
                   "run_type": "iteration", "repetitions": repetitions, "repetition_index": index, "threads": 1,
                   "iterations": int(1e9 / time), "real_time": time, "cpu_time": time * 0.998, "time_unit": "ns"}
        mean = sum(times) / len(times)
        for aggregate, unit, value in (("mean", "time", mean), ("cv", "percentage", 0.01)):
            yield {"name": f"{name}_{aggregate}", "family_index": number, "per_family_instance_index": 0,
                   "run_name": name, "run_type": "aggregate", "repetitions": repetitions, "threads": 1,
                   "aggregate_name": aggregate, "aggregate_unit": unit, "iterations": repetitions,
                   "real_time": value, "cpu_time": value, "time_unit": "ns"}


def google_benchmark(path, benchmarks, repetitions, run=0):
    """In the layout of google-benchmark's own JSON: indented by two, a line a key."""
    with open(path, "w", encoding="utf-8") as file:
        file.write('{\n  "context": {\n    "date": "2026-11-01T08:00:00+00:00",\n    "host_name": "bench",\n'
                   '    "executable": "./bench",\n    "num_cpus": 8,\n    "library_build_type": "release"\n  },\n'
                   '  "benchmarks": [\n')
        separator = ""
        for row in google_benchmark_rows(benchmarks, repetitions, run):
            lines = json.dumps(row, indent=2).splitlines()
            file.write(separator + "    {\n" + "\n".join("    " + line for line in lines[1:]))
            separator = ",\n"
        file.write("\n  ]\n}\n")


def series_lines(path, series, runs):
    """JSON lines for `tidemark detect`: one in fifty is a fifth worse in its newest three runs."""
    rng = random.Random(1)
    names = ",".join(f'"r{run:04}"' for run in range(runs))
    with open(path, "w", encoding="utf-8") as file:
        for number in range(series):
            level = 10 ** (1 + number % 5)
            numbers = ",".join(f"{level * (1 + 0.01 * rng.gauss(0, 1)) * (1.2 if late else 1):.6g}"
                               for late in (number % 50 == 0 and run >= runs - 3 for run in range(runs)))
            file.write(f'{{"id":"s{number}","direction":"lower","unit":"ns","values":[{numbers}],"runs":[{names}]}}\n')


def values(path, series, run=0, slower=None):
    """A list of names, values and units, as github-action-benchmark takes it; every `slower`th by 15 %."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump([{"name": f"BM_{SUBJECTS[n % 12]}{ROLES[n // 12 % 10]}/{n}", "unit": "ns",
                    "value": 10 ** (1 + n % 5) * random.Random(f"{n} {run}").lognormvariate(0, 0.01)
                             * (1.15 if slower and n % slower == 3 else 1)}
                   for n in range(series)], file)


def action_history(path, series, runs):
    """The same values of many runs, six hours apart, in the layout of github-action-benchmark's data.js."""
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"lastUpdate":1,"entries":{"default":[')
        for run in runs:
            rng = random.Random(run)
            benches = ",".join(
                f'{{"name":"BM_{SUBJECTS[n % 12]}{ROLES[n // 12 % 10]}/{n}","unit":"ns",'
                f'"value":{10 ** (1 + n % 5) * rng.lognormvariate(0, 0.01):.7g}}}' for n in range(series))
            file.write(f'{"," if run != runs[0] else ""}{{"commit":{{"id":"{run + 1:040x}","message":"m"}},'
                       f'"date":{(FIRST_DAY + run * 21_600) * 1000},"benches":[{benches}]}}')
        file.write("]}}")
