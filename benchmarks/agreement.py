#!/usr/bin/env python3
"""Holds `tidemark detect` against a reference of the same algorithm, on random series.

    benchmarks/agreement.py TIDEMARK REFERENCE.py [SERIES] [SEED]

Series come in batches, as of one project: steps, spikes, drifts, ticks, two modes, correlated noise,
counters, rates, missing runs, slow machines. Compared are the changes (index, direction), their
states, the verdict, and p to 1e-9 relative. Prints a line of counts, and each difference; ends with 1 if
more than one series in 500 differs. Needs numpy.
"""

import importlib.util
import json
import math
import subprocess
import sys

import numpy as np

TOLERANCE = 1e-9
# What the reference does not do: taking a step out before the correlation is estimated.
SAME = ["--set", "correlation-step=1e6"]
# Sums in another order give the reference's own p another last digit; a boundary of the algorithm between
# two such digits makes another series of it.
MOST_DIFFERENT = 1 / 500


def batch(seed):
    """One project: 1 to 24 series over up to 200 runs."""
    rng = np.random.default_rng(seed)
    runs = int(rng.integers(3, 200))
    slow = rng.random() < 0.3
    machine = np.ones(runs)
    if slow:
        start = int(rng.integers(0, runs))
        machine[start:start + int(rng.integers(1, 30))] *= 1 + 0.3 * rng.random()
    return [series(rng, f"{seed}/{number}", runs, machine) for number in range(int(rng.integers(1, 25)))]


def series(rng, name, runs, machine):
    kind = str(rng.choice(["quiet", "noisy", "walk", "modes", "ticks", "counter", "rate", "linear", "drift"]))
    level = float(10 ** rng.uniform(-2, 6))
    sd = float(10 ** rng.uniform(-3.3, -0.8))
    noise = rng.normal(size=runs)
    if kind == "walk":
        for run in range(1, runs):
            noise[run] = 0.5 * noise[run - 1] + math.sqrt(0.75) * noise[run]
    if kind == "modes":
        noise += 4 * (rng.random(runs) < 0.4)
    steps = np.zeros(runs)
    for _ in range(int(rng.integers(0, 4))):
        steps[int(rng.integers(0, runs)):] += rng.normal() * 6 * sd
    if kind == "drift":
        steps += np.linspace(0, 10 * sd, runs)
    spikes = (rng.random(runs) < 0.03) * rng.exponential(8, runs) * sd
    y = steps + sd * noise + spikes
    line = {"id": name, "project": name.split("/")[0], "direction": str(rng.choice(["lower", "higher"])), "unit": "ns"}
    if kind == "counter":
        values = np.round(level * np.exp(steps))
        line["unit"] = str(rng.choice(["bytes", "count", "instructions"]))
    elif kind == "rate":
        n = rng.integers(20, 2000, size=runs)
        share = np.clip(rng.uniform(0.3, 0.97) + 0.3 * steps, 0.01, 0.99)
        values = rng.binomial(n, share) / n
        line["unit"] = "ratio"
        line["n"] = [int(x) for x in n]
    elif kind == "linear":
        values = level * y
    else:
        values = level * np.exp(y) * machine
        if kind == "ticks":
            tick = level * max(sd, 1e-3) * rng.uniform(0.5, 3)
            values = np.maximum(np.round(values / tick), 1) * tick
    kept = rng.random(runs) > (0.1 if rng.random() < 0.3 else 0)
    values = [float("%.9g" % v) for v in values[kept]]
    line["values"] = [None if rng.random() < 0.005 else v for v in values]
    line["runs"] = ["r%05d" % run for run in np.flatnonzero(kept)]
    if "n" in line:
        line["n"] = [x for x, keep in zip(line["n"], kept) if keep]
    return line


def load(path):
    spec = importlib.util.spec_from_file_location("reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reference_answers(module, lines):
    """The answers with p as it was computed: the reference prints three digits of it."""
    judged = []
    analyse = module.analyse

    def watch(item):
        analyse(item)
        judged.append(item)

    module.analyse = watch
    try:
        answers = module.batch_answer([dict(line) for line in lines])
    finally:
        module.analyse = analyse
    found = {}
    for item in judged:
        for place, change, _ in item.changes:
            found.setdefault((item.id, int(item.keep[place])), []).append(float(change["p"]))
    for answer in answers:
        for change in answer["changes"]:
            # A boundary and the newest runs may both have been judged at one place.
            near = found[answer["id"], change["index"]]
            change["p"] = min(near, key=lambda p: abs(p - change["p"]) / max(p, change["p"], 1e-300))
    return answers


def facts(answer):
    changes = [(change["index"], change["direction"], change["state"]) for change in answer["changes"]]
    return changes, answer["verdict_at_end"]


def is_same_p(ours, theirs):
    return all(abs(a["p"] - b["p"]) <= TOLERANCE * max(abs(a["p"]), abs(b["p"]), 1e-290)
               for a, b in zip(ours["changes"], theirs["changes"]))


def main():
    tidemark, path = sys.argv[1:3]
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 4000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    module = load(path)
    batches = []
    while sum(map(len, batches)) < wanted:
        batches.append(batch(seed * 1_000_000 + len(batches)))
    text = "\n".join("".join(json.dumps(line) + "\n" for line in lines) for lines in batches)
    out = subprocess.run([tidemark, "detect", *SAME], input=text, capture_output=True, text=True, check=True).stdout
    answers = {answer["id"]: answer for answer in map(json.loads, filter(None, out.split("\n")))}
    compared = changes = other = imprecise = 0
    for lines in batches:
        for theirs in reference_answers(module, lines):
            ours = answers[theirs["id"]]
            compared += 1
            changes += len(theirs["changes"])
            if facts(ours) != facts(theirs):
                other += 1
                print(f"  {theirs['id']}: {facts(ours)} and the reference {facts(theirs)}")
            elif not is_same_p(ours, theirs):
                imprecise += 1
                pairs = [(a["p"], b["p"]) for a, b in zip(ours["changes"], theirs["changes"])]
                print(f"  {theirs['id']}: p {pairs}")
    print(f"agreement with the reference: {compared} series with {changes} changes, {other} judged otherwise, "
          f"{imprecise} with p further off than {TOLERANCE:g}")
    if other + imprecise > compared * MOST_DIFFERENT:
        sys.exit(1)


main()
