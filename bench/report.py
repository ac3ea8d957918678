"""The report: medians of the ratios of each round, with quartiles, as Markdown and JSON."""
import json
import statistics

UNITS = {
    "point": "query",
    "batch": "query",
    "scan": "row",
    "insert": "row",
    "transaction": "transaction",
    "connect": "connection",
}


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": middle, "low": low, "high": high}


def figures(results):
    """A flat list: of each job, each side and the side that it is compared with."""
    rows = []
    for database in results["databases"]:
        for job, measured in database["times"].items():
            for side, floor in database["comparisons"].items():
                ours, theirs = measured["sides"][side], measured["sides"][floor]
                row = {"database": database["database"], "job": job, "side": side, "floor": floor}
                row["rounds"] = len(ours)
                row["same_checksum"] = all(a["checksum"] == b["checksum"] for a, b in zip(ours, theirs))
                for key in ("wall", "cpu"):
                    row[key] = quartiles([a[f"{key}_ms"] / b[f"{key}_ms"] for a, b in zip(ours, theirs)])
                    for name, rounds in (("side", ours), ("floor", theirs)):
                        middle = statistics.median(a[f"{key}_ms"] for a in rounds)
                        row[f"{key}_us_{name}"] = middle * 1000 / measured["items"]
                counted = database["instructions"].get(job, {})
                if side in counted and floor in counted:
                    row["instructions_side"], row["instructions_floor"] = counted[side], counted[floor]
                    row["instructions"] = counted[side] / counted[floor]
                rows.append(row)
    return rows


def refused(results):
    return [f"{row['job']} of {row['side']}" for row in figures(results) if not row["same_checksum"]]


def ratio(values):
    return f"{values['median']:.2f} ({values['low']:.2f}–{values['high']:.2f})"


def markdown(results):
    machine = results["machine"]
    lines = [
        "# Benchmark",
        "",
        f"{machine['system']}; {machine['processor']}, {machine['processors']} processors; {machine['compiler']}; "
        f"sqlite3 {machine['sqlite3']}, PostgreSQL {machine['postgresql']} by its unix socket, libpq {machine['libpq']}, "
        f"libpqxx {machine['libpqxx']}; load {machine['load_before']} before, {machine['load_after']} after. "
        + ("A quick run. " if results["quick"] else ""),
        "",
        "Ratios to the program written by hand that is named, below 1 in dbway's favour: medians over the rounds, "
        "quartiles in brackets. Time and processor time are those of the client's process, per item; instructions are "
        "counted in user space.",
    ]
    for database in results["databases"]:
        lines += [
            "",
            f"## {database['database']}",
            "",
            "| job | side | against | time | processor time | instructions | µs by hand | µs | CPU µs by hand | CPU µs "
            "| instructions by hand | instructions |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
        ]
        for row in figures(results):
            if row["database"] != database["database"]:
                continue
            if not row["same_checksum"]:
                lines.append(f"| {row['job']} | {row['side']} | {row['floor']} | another checksum |")
                continue
            counted = "instructions" in row
            lines.append(
                f"| {row['job']}, per {UNITS[row['job']]} | {row['side']} | {row['floor']} | {ratio(row['wall'])} "
                f"| {ratio(row['cpu'])} | {format(row['instructions'], '.2f') if counted else ''} "
                f"| {row['wall_us_floor']:.2f} | {row['wall_us_side']:.2f} "
                f"| {row['cpu_us_floor']:.2f} | {row['cpu_us_side']:.2f} "
                f"| {format(row['instructions_floor'], '.0f') if counted else ''} "
                f"| {format(row['instructions_side'], '.0f') if counted else ''} |"
            )
        lines += ["", "Peak memory of a process that only scans: "]
        lines[-1] += ", ".join(f"{side} {kib / 1024:.1f} MiB" for side, kib in database["peak_kib"].items()) + "."
        for provider, values in database["first_row_ms"].items():
            spread = quartiles(values)
            lines += [
                "",
                f"From the start of a process to the first row by {provider}: {spread['median']:.1f} ms "
                f"({spread['low']:.1f}–{spread['high']:.1f}, {len(values)} processes).",
            ]
    return "\n".join(lines) + "\n"


def write(results, directory):
    text = markdown(results)
    (directory / "report.md").write_text(text, encoding="utf-8")
    (directory / "report.json").write_text(
        json.dumps({"figures": figures(results), "measured": results}, indent=1) + "\n", encoding="utf-8"
    )
    return text
