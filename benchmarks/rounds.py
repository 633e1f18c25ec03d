"""Runs commands in turn, A B A B …, and compares them round by round: a machine that drifts bends no ratio."""

import os
import statistics
import subprocess
import sys
import time


def once(command, cwd=None):
    """Seconds on the wall, processor seconds, and the peak of resident memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {process.returncode}: {message.decode(errors='replace')[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(title, reference, subject, rounds=5, before=None, cwd=None):
    """`reference` and `subject` are (label, command). `before` runs, untimed, before each command."""
    measured = {label: [] for label, _ in (reference, subject)}
    for turn in range(rounds + 1):
        for label, command in (reference, subject):
            if before:
                before()
            result = once(command, cwd)
            if turn > 0:  # the first warms the page cache
                measured[label].append(result)
    # A child starts as a copy of this script, so that its peak never reads below this one.
    floor = once(["true"])[2] * 1.1
    print(f"\n{title}")
    print(f"  {'':36}{'wall s':>9}{'least':>9}{'cpu s':>9}{'peak MB':>9}")
    for label, results in measured.items():
        walls = [wall for wall, _, _ in results]
        peak = max(peak for _, _, peak in results)
        print(f"  {label:36}{statistics.median(walls):9.4f}{min(walls):9.4f}"
              f"{statistics.median(cpu for _, cpu, _ in results):9.4f}"
              f"{f'{peak:.0f}' if peak > floor else f'< {floor:.0f}':>9}")
    pairs = list(zip(measured[subject[0]], measured[reference[0]]))
    ratios = sorted(ours[0] / theirs[0] for ours, theirs in pairs)
    cpu = statistics.median(ours[1] / max(theirs[1], 1e-4) for ours, theirs in pairs)
    print(f"  ratio of wall times {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}), "
          f"of processor times {cpu:.2f}", flush=True)
