#!/usr/bin/env python3
"""How well Tidemark detects, beside other tools on the same data.

    benchmarks/detect.py TIDEMARK FOLDER

FOLDER has a scorer (evaluate.py), the check on histories without labels (rawreplay.py), their data, and
SCOREBOARD.md with what other tools score and which bars are to be met. Prints the table with Tidemark's row,
then each bar with what was measured; ends with 1 if one is missed. Needs numpy.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile


def scored(tidemark, folder, work):
    result = work / "scores.json"
    subprocess.run(
        [sys.executable, folder / "evaluate.py", "--detector", f"{tidemark} detect", "--name", "tidemark",
         "--data", folder / "data/open/synth", "--data", folder / "data/open-real", "--out", result],
        check=True, stdout=subprocess.DEVNULL)
    return json.loads(result.read_text())


def taken_back(tidemark, folder, options):
    """Alarms per 1,000 that the runs after them do not bear out, on real histories without labels."""
    out = subprocess.run(
        [sys.executable, folder / "rawreplay.py", "--detector", f"{tidemark} detect {options}".strip(),
         "--data", folder / "data/open-raw"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["lost_per_1000"]


def tables(text):
    """The pipe tables of a Markdown text, each a list of rows of cells, without the ruling."""
    found, rows = [], []
    for line in text.splitlines() + [""]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
        elif rows:
            found.append(rows)
            rows = []
    return found


def row(name, scores, level):
    """Tidemark's row of the table: `conf` for confirmed alarms, `any` for suspected ones as well."""
    everything, real = scores["online"]["ALL"][level], scores["online"]["asvmix"][level]
    cells = [name, everything["false"], f"{everything['fa1000']:.2f}"]
    cells += [f"{everything[f'rec{runs}_det']:.3f}" for runs in (1, 3, 5, 10, 15)]
    cells += [everything["delay_med"], f"{everything['precision']:.3f}",
              f"{real['fa1000']:.3f} / {real['rec5_det']:.3f}"]
    if level == "conf":
        offline, annotated = scores["offline"]["ALL"], scores["offline"]["tcpd"]
        cells += [f"{offline['f1']:.3f}", f"{offline['cover']:.3f}", f"{offline['f1c']:.3f}",
                  f"{annotated['f1']:.3f} / {annotated['cover']:.3f}"]
    return [str(cell) for cell in cells]


def measured(bar, scores, raw):
    """What was measured for a bar, in the order of its figures; None for a bar that is another tool's."""
    online, offline = scores["online"], scores["offline"]["ALL"]
    everything = online["ALL"]
    if bar.startswith("FA/1000"):
        return [everything["conf"]["fa1000"]]
    if bar.startswith("r3 / r5"):
        return [everything["conf"][f"rec{runs}_det"] for runs in (3, 5, 10)]
    if bar.startswith("suspected too"):
        return [everything["any"]["fa1000"], everything["any"]["rec1_det"]]
    for suite in ("machine", "special", "asvmix"):
        if bar.startswith(suite):
            return [online[suite]["conf"]["fa1000"], online[suite]["conf"]["rec5_det"]]
    if bar.startswith("offline"):
        return [offline["f1"], offline["cover"]]
    if bar.startswith("asvraw"):
        return raw
    if bar.startswith("short"):
        return [int(online["short"]["insufficient_wrong"].split("/")[0])]
    return None


def bounds(text, count):
    """`<= 1.7 and >= 0.52 [1.41, 0.557]` as pairs of a sign and a number; one sign holds for all that follow."""
    sign, found = None, []
    for token in re.findall(r"<=|>=|\d+(?:\.\d+)?", re.sub(r"\[.*?\]", "", text)):
        if token in ("<=", ">="):
            sign = token
        else:
            found.append((sign or "=", float(token)))
    # `0 and 1.0`: no false alarm, and all found.
    return [("<=" if sign == "=" and limit == 0 else ">=" if sign == "=" else sign, limit)
            for sign, limit in found[:count]]


def main():
    tidemark, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    peers, bars = tables((folder / "SCOREBOARD.md").read_text())[:2]
    with tempfile.TemporaryDirectory() as work:
        scores = scored(tidemark, folder, pathlib.Path(work))
    raw = [taken_back(tidemark, folder, ""),
           taken_back(tidemark, folder, "--set effect-floor-minimum=0.05 --set effect-floor=0.05")]
    ours = [row("**tidemark**", scores, "conf"), row("**tidemark**, suspected too", scores, "any")]
    stable, detectable = scores["online"]["ALL"]["stable"], scores["online"]["ALL"]["detectable"]
    print(f"{stable} stable run x series, {detectable} regressions of 3 sd and 0.4 % or more\n")
    header, *others = peers
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for cells in ours + others:
        print("| " + " | ".join(cells + [""] * (len(header) - len(cells))) + " |")
    print()
    missed = 0
    for bar, limit, *_ in bars[1:]:
        values = measured(bar, scores, raw)
        if values is None:
            print(f"  -  {bar}: {limit} (not measured here)")
            continue
        holds = all(value <= bound if sign == "<=" else value >= bound
                    for value, (sign, bound) in zip(values, bounds(limit, len(values))))
        missed += not holds
        print(f"  {'ok' if holds else 'NO'} {bar}: {' / '.join(f'{value:g}' for value in values)}  ({limit})")
    if missed:
        sys.exit(f"{missed} bars missed")


main()
