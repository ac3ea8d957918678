"""The report, as Markdown and JSON."""
import json

import figures
import plots
from figures import quartiles

UNITS = {
    "point": "query",
    "batch": "query",
    "scan": "row",
    "structs": "row",
    "insert": "row",
    "transaction": "transaction",
    "connect": "connection",
}


def spread(values, form=".2f"):
    return f"{values['median']:{form}} ({values['low']:{form}}–{values['high']:{form}})"


def count(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def pair(row, key):
    """What was counted of the side, and by hand."""
    if f"{key}_side" not in row:
        return ""
    ratio = f"{row[key]:.2f}: " if key in row else ""
    return f"{ratio}{count(row[key + '_side'])} / {count(row[key + '_floor'])}"


def comparison(row):
    if not row["same_checksum"]:
        return f"| {row['job']} | {row['side']} | {row['floor']} | another checksum | | | | | |"
    return (
        f"| {row['job']}, per {UNITS[row['job']]} | {row['side']} | {row['floor']} | {spread(row['wall'])} "
        f"| {spread(row['cpu'])} | {pair(row, 'instructions')} | {pair(row, 'allocations')} "
        f"| {row['wall_us_side']:.2f} / {row['wall_us_floor']:.2f} | {row['cpu_us_side']:.2f} / {row['cpu_us_floor']:.2f} |"
    )


def plan_section(plan, rows):
    lines = ["", f"## {plan['title']}", ""]
    if rows:
        lines += [
            "| job | side | against | time | processor time | instructions | allocations | µs | CPU µs |",
            "|---|---|---|---|---|---|---|---|---|",
            *map(comparison, rows),
            "",
        ]
    lines += [f"Left out: {side} ({why})." for side, why in plan["left_out"].items()]
    for job, peaks in plan["peak_kib"].items():
        listed = ", ".join(f"{side} {kib / 1024:.1f} MiB" for side, kib in peaks.items())
        lines += [f"Peak memory of a process that does one {job} only: {listed}.", ""]
    for provider, times in plan["load_ms"].items():
        opened, first = (spread(quartiles(times[key]), ".1f") for key in ("opened_ms", "first_row_ms"))
        lines += [
            f"From nothing, by {provider}: host opened and plugin loaded after {opened} ms, first row after {first} ms "
            f"({len(times['opened_ms'])} processes).",
            "",
        ]
    return lines


def markdown(results, rows):
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    lines = [
        "# Benchmark",
        "",
        f"{machine['system']}; {machine['processor']}, {machine['processors']} processors; {machine['compiler']}; "
        f"{versions}; servers by their unix sockets; load averages {machine['load_before']} before, "
        f"{machine['load_after']} after." + (" A quick run." if results["quick"] else ""),
        "",
        "Ratios to the program written by hand that is named, below 1 in the side's favour: medians over the rounds, "
        "quartiles in brackets. Time and processor time are those of the client's process, per item; instructions are "
        "counted in user space. Behind a ratio: the side / by hand.",
    ]
    for plan in results["plans"]:
        lines += plan_section(plan, [row for row in rows if row["plan"] == plan["title"]])
    return "\n".join(lines) + "\n"


def write(results, directory):
    rows = figures.comparisons(results)
    text = markdown(results, rows) + plots.write(results, rows, directory)
    (directory / "report.md").write_text(text, encoding="utf-8")
    (directory / "report.json").write_text(
        json.dumps({"figures": rows, "measured": results}, indent=1) + "\n", encoding="utf-8"
    )
    return text
