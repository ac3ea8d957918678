"""Ratios of dbway to hand-written sqlite3 from Google Benchmark's JSON: medians and quartiles of the repetitions."""
import json
import statistics
import sys

times = {}
for entry in json.load(open(sys.argv[1], encoding="utf-8"))["benchmarks"]:
    if entry.get("error_occurred"):
        sys.exit(f"{entry['name']}: {entry['error_message']}")
    if entry["run_type"] != "iteration":
        continue
    job, side = entry["run_name"].split("/")[:2]
    times.setdefault(job, {}).setdefault(side, []).append(entry["real_time"])

print(f"{'job':8} {'side':14} {'ratio of times':>14}   quartiles")
for job, sides in times.items():
    floor = statistics.median(sides["sqlite3"])
    for side, values in sides.items():
        if side == "sqlite3":
            continue
        low, middle, high = statistics.quantiles([value / floor for value in values], n=4)
        print(f"{job:8} {side:14} {middle:14.3f}   {low:.3f} to {high:.3f}")
