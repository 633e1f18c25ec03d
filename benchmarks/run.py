#!/usr/bin/env python3
"""What Tidemark costs, beside a known program on the same input in the same run.

    benchmarks/run.py TIDEMARK [start|junit|json|typical|step|site|detect|replay …]

Prints ratios and asserts nothing: absolute times say more of the machine than of the program.
Inputs are made anew from seeds in a temporary folder (about 400 MB). Needs swiftc, xmllint
(libxml2-utils) and node beside Python; the step, tidemark-publish beside TIDEMARK.
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import forge
import generated
from rounds import compare, once

ENVIRONMENT_TO_DROP = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL")


def start(tidemark, work):
    """Size, and the time until something is printed."""
    (work / "print.swift").write_text('print("0.0.0")\n')
    reference = work / "print"
    subprocess.run(["swiftc", "-O", "-static-stdlib", work / "print.swift", "-o", reference], check=True)
    subprocess.run(["strip", reference], check=True)
    stripped = work / "tidemark"
    subprocess.run(["strip", "-o", stripped, tidemark], check=True)
    sizes = [path.stat().st_size / 1e6 for path in (reference, stripped)]
    print(f"size, stripped: a Swift program that prints {sizes[0]:.1f} MB, tidemark {sizes[1]:.1f} MB, "
          f"ratio {sizes[1] / sizes[0]:.2f}")
    compare("start: --version", ("a Swift program that prints", [reference]),
            ("tidemark --version", [tidemark, "--version"]), rounds=41)


def junit(tidemark, work):
    one, many = work / "million.xml", work / "many"
    generated.junit(one, 1_000_000)
    print(f"\none file of 1,000,000 cases: {one.stat().st_size / 1e6:.0f} MB, read: {totals(tidemark, one)}")
    compare("JUnit, one file", ("xmllint --sax", ["xmllint", "--sax", "--noout", "--huge", one]),
            ("tidemark inspect --json", [tidemark, "inspect", "--json", one]))
    one.unlink()
    generated.junit_folder(many, 400_000, 2_000)
    files = sorted(many.iterdir())
    print(f"\n2,000 files of 200 cases: {sum(f.stat().st_size for f in files) / 1e6:.0f} MB, read: {totals(tidemark, many)}")
    compare("JUnit, 2,000 files", ("xmllint --sax", ["xmllint", "--sax", "--noout", "--huge", *files]),
            ("tidemark inspect --json", [tidemark, "inspect", "--json", many]))
    shutil.rmtree(many)


def totals(tidemark, path):
    """What was read, so that a fast answer is known to be a whole one."""
    lines = subprocess.run([tidemark, "inspect", "--json", path], check=True, capture_output=True).stdout.splitlines()
    files = [json.loads(line) for line in lines]
    tests = sum(file["tests"]["total"] for file in files if file["tests"])
    return f"{len(files)} files, {tests} tests, {sum(file['series'] or 0 for file in files)} series"


def json_reading(tidemark, work):
    path = work / "benchmarks.json"
    generated.google_benchmark(path, 36_800, 8)
    print(f"\ngoogle-benchmark: {path.stat().st_size / 1e6:.0f} MB, read: {totals(tidemark, path)}")
    compare("google-benchmark JSON", ("python json.load", [
        sys.executable, "-c", "import json, sys; json.load(open(sys.argv[1]))", path]),
        ("tidemark inspect --json", [tidemark, "inspect", "--json", path]))
    path.unlink()


def recorded(tidemark, work, runs):
    """A history of so many runs of 500 tests and 50 series, and the results of the next one: 20 files and one."""
    history, results = work / f"recorded-{runs}", work / f"results-{runs}"
    for run in range(runs + 1):
        shutil.rmtree(results, ignore_errors=True)
        generated.junit_folder(results, 500, 20, run=run)
        generated.google_benchmark(results / "benchmarks.json", 50, 5, run=run)
        if run < runs:
            subprocess.run(report_command(tidemark, results, history, work / "earlier", run) + ["--only", "json"],
                           check=True, capture_output=True)
    return history, results


def typical(tidemark, work):
    """500 tests in 20 files and 50 series against 200 runs of history, every output written."""
    (history, results), fresh = recorded(tidemark, work, 200), work / "history"

    def renew():
        put_aside(work, fresh, work / "report")
        shutil.copytree(history, fresh)

    # In an empty folder: the step is measured, not git.
    compare("typical step: 500 tests, 50 series, 200 runs, all outputs", ("node -e 0", ["node", "-e", "0"]),
            ("tidemark report", report_command(tidemark, results, fresh, work / "report", 200)),
            rounds=21, before=renew, cwd=work)
    sizes = [f.stat().st_size for f in (work / "report").rglob("*") if f.is_file()]
    stored = sum(f.stat().st_size for f in history.rglob("*") if f.is_file())
    print(f"  written: {len(sizes)} files, {sum(sizes) / 1e6:.2f} MB; history of 200 runs: {stored / 1e3:.0f} kB")


def put_aside(work, *folders):
    """Makes room without deleting: for seconds after, ext4 looks long for an inode that was not in use just now."""
    for folder in folders:
        if folder.exists():
            folder.rename(tempfile.mkdtemp(prefix="aside-", dir=work) + "/" + folder.name)


def step(tidemark, work):
    """What a job gains: the report of the typical step, and its comment, check and status, each answer 50 ms away."""
    (history, results), fresh = recorded(tidemark, work, 20), work / "step-history"
    server, commit = forge.Forge(0.05), f"{20:040x}"
    event = work / "event.json"
    event.write_text(json.dumps({
        "repository": {"full_name": "o/r", "default_branch": "main"},
        "pull_request": {"number": 7, "head": {"sha": commit, "ref": "f", "repo": {"full_name": "o/r"}},
                         "base": {"ref": "main"}}}))
    variables = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": server.address,
        "GITHUB_TOKEN": "ghs_bench", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event,
        "GITHUB_RUN_ID": "20", "GITHUB_RUN_ATTEMPT": "1"}
    report = report_command(tidemark, results, fresh, work / "step-report", 20)
    report = [part for part in report if part not in ("--run-id", "r0020", "--branch", "main")]
    publish = [tidemark, "publish", "github", "--report", work / "step-report", "--only", "comment,check,status", "--quiet"]
    lines = " && ".join(" ".join(f"'{part}'" for part in command) for command in (report, publish))

    def renew():
        put_aside(work, fresh, work / "step-report")
        shutil.copytree(history, fresh)
        server.renew()

    compare("a job's step: report, then comment, check and status, each answer 50 ms away",
            ("sleep 1", ["sleep", "1"]),
            ("tidemark report && tidemark publish",
             ["env", *(f"{name}={value}" for name, value in variables.items()), "sh", "-c", lines]),
            rounds=9, before=renew, cwd=work)
    print(f"  published: {'everything' if server.is_published else 'NOT everything'}, {server.requests} requests")
    server.shutdown()


def site(tidemark, work):
    """The site of 10,000 series over 1,000 runs and 100,000 tests: made, made again, and after one more run."""
    history, results, out, chunk = (work / name for name in ("large-history", "large-results", "large", "data.js"))
    for first in range(0, 1_000, 50):
        generated.action_history(chunk, 10_000, range(first, first + 50))
        subprocess.run([tidemark, "history", "import", chunk, "--history", history, "--branch", "main", "--job", "default"],
                       cwd=work, check=True, capture_output=True)
    (work / "tidemark.yml").write_text("history: {baseline_runs: 1000}\n")
    for run in range(1_000, 1_003):
        shutil.rmtree(results, ignore_errors=True)
        results.mkdir()
        generated.values(results / "values.json", 10_000, run=run, slower=100)
        generated.junit(results / "tests.xml", 100_000, run=run)
        command = report_command(tidemark, results, history, work / "earlier", run) + ["--only", "json", "--job", "default"]
        command[command.index("--time") + 1] = datetime.datetime.fromtimestamp(
            generated.FIRST_DAY + run * 21_600, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        # 1 is a verdict: the 100 series that got slower.
        if subprocess.run(command, cwd=work, capture_output=True).returncode not in (0, 1):
            sys.exit(f"run {run} was not recorded")
        if run == 1_001:
            print("\nsite of 10,000 series over 1,000 runs and 100,000 tests; times are of rendering and writing alone")
            print_site("made", tidemark, history, out, work)
            print_site("made again", tidemark, history, out, work)
    print_site("after one more run", tidemark, history, out, work)
    sizes = [f.stat().st_size for f in out.rglob("*") if f.is_file()]
    pages = [f.stat().st_size for f in out.rglob("*.html")]
    print(f"  {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB, the largest page {max(pages) / 1e3:.0f} kB")


def print_site(title, tidemark, history, out, work):
    answer = subprocess.run([tidemark, "site", "--history", history, "--out", out, "--verbose"], cwd=work,
                            check=True, capture_output=True, text=True)
    lines = [line for line in answer.stderr.splitlines() if line.strip().startswith("rendered")]
    print(f"  {title}: {lines[-1].strip()}")


def detect(tidemark, work):
    """The detector on JSON lines: what it costs over series and runs, and beside Python's reading of the same lines."""
    path = work / "series.jsonl"
    of_lines = ["sh", "-c", 'exec "$@" < "$0"', path]
    print("\ntidemark detect: the newest 256 runs judged, and all of them")
    print(f"  {'series':>8}{'runs':>7}{'MB':>7}{'newest, wall s':>17}{'cpu s':>8}{'whole, wall s':>16}{'cpu s':>8}{'peak MB':>9}")
    for series, runs in ((1_000, 100), (1_000, 1_000), (10_000, 100), (10_000, 1_000)):
        generated.series_lines(path, series, runs)
        newest = once([*of_lines, tidemark, "detect", "--window", "256"])
        whole = once([*of_lines, tidemark, "detect"])
        print(f"  {series:8}{runs:7}{path.stat().st_size / 1e6:7.0f}{newest[0]:17.2f}{newest[1]:8.2f}"
              f"{whole[0]:16.2f}{whole[1]:8.2f}{whole[2]:9.0f}", flush=True)
    python = [sys.executable, "-c", "import json, sys\nfor line in sys.stdin: json.loads(line)"]
    compare("10,000 series of 1,000 runs, all judged", ("python json.loads, line by line", [*of_lines, *python]),
            ("tidemark detect", [*of_lines, tidemark, "detect"]), rounds=3)
    compare("the same, the newest run judged", ("python json.loads, line by line", [*of_lines, *python]),
            ("tidemark detect --window 256", [*of_lines, tidemark, "detect", "--window", "256"]), rounds=3)
    path.unlink()


def replay(tidemark, work):
    """A replay over 10,000 series × 200 runs, a run's cost beside the number of runs; and what following
    the times of 50,000 tests over 64 runs adds to a report."""
    history = imported(tidemark, work, "values", 200, lambda path, run: generated.values(path, 10_000, run))
    print("\nhistory replay, 10,000 series: the time grows with the runs that are judged again, and not faster")
    start = once([tidemark, "history", "replay", "--history", history, "--newest", "1", "--quiet"], work)[1]
    for runs in (10, 20, 40, 80, 160):
        wall, cpu, peak = once(
            [tidemark, "history", "replay", "--history", history, "--newest", str(runs), "--quiet"], work)
        print(f"  {runs:4} runs: {wall:7.2f} s, cpu {cpu:7.2f} s, {(cpu - start) / (runs - 1):.3f} s a run more, peak {peak:.0f} MB",
              flush=True)
    print("\nreport on 50,000 tests against 64 runs: with times, and of files without")
    for title, keep in (("with times", True), ("without", False)):
        def one(path, run):
            generated.junit(path, 50_000, run=run)
            if not keep:
                path.write_text(re.sub(r' time="[^"]*"', "", path.read_text()))
        history = imported(tidemark, work, "tests" + title[:4].strip(), 64, one)
        one(work / "newest.xml", 64)
        command = report_command(tidemark, work / "newest.xml", history, work / "slow", 0)
        wall, cpu, peak = once([*command[:-1], "2026-11-20T00:00:00Z", "--only", "json", "--no-record"], work)
        print(f"  {title:12} {wall:6.2f} s, cpu {cpu:6.2f} s, peak {peak:.0f} MB", flush=True)


def imported(tidemark, work, name, runs, make):
    """A history of files that are made anew, a day apart."""
    folder, history = work / name, work / f"{name}-history"
    folder.mkdir()
    for run in range(runs):
        path = folder / (f"{run:04}.xml" if name.startswith("tests") else f"{run:04}.json")
        make(path, run)
        moment = 1_790_000_000 - (runs - run) * 21_600
        os.utime(path, (moment, moment))
    subprocess.run([tidemark, "history", "import", folder, "--history", history, "--branch", "main", "--job", "default",
                    "--quiet"], cwd=work, check=True, capture_output=True)
    shutil.rmtree(folder)
    return history


def report_command(tidemark, results, history, out, run):
    hours = run * 6
    return [tidemark, "report", results, "--history", history, "--out", out, "--run-id", f"r{run:04}",
            "--commit", f"{run:040x}", "--branch", "main", "--quiet",
            "--time", f"2026-{9 + hours // 672:02}-{1 + hours % 672 // 24:02}T{hours % 24:02}:00:00Z"]


PARTS = {"start": start, "junit": junit, "json": json_reading, "typical": typical, "step": step, "site": site,
         "detect": detect, "replay": replay}


def main():
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= PARTS.keys():
        sys.exit(__doc__)
    for name in ENVIRONMENT_TO_DROP:
        os.environ.pop(name, None)
    tidemark = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="tidemark-bench-") as name:
        for part in sys.argv[2:] or PARTS:
            PARTS[part](tidemark, pathlib.Path(name))


if __name__ == "__main__":
    main()
