"""The report, as Markdown and JSON."""
import json

import figures
import growth
import plots
import pools
import query_cost
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
    value = round(value, 2) + 0.0  # no "-0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def pair(row, key):
    """What was counted of the side, and by hand."""
    if f"{key}_side" not in row:
        return ""
    ratio = f"{row[key] + 0.0:.2f}: " if key in row else ""
    return f"{ratio}{count(row[key + '_side'])} / {count(row[key + '_floor'])}"


def comparison(row):
    if not row["same_checksum"]:
        return f"| {row['job']} | {row['side']} | {row['floor']} | another checksum | | | | | |"
    return (
        f"| {row['job']}, per {UNITS[row['job']]} | {row['side']} | {row['floor']} | {spread(row['wall'])} "
        f"| {spread(row['cpu'])} | {pair(row, 'instructions')} | {pair(row, 'allocations')} "
        f"| {row['wall_us_side']:.2f} / {row['wall_us_floor']:.2f} "
        f"| {row['cpu_us_side']:.2f} / {row['cpu_us_floor']:.2f} |"
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
    lines += [f"- Left out: {side} ({why})." for side, why in plan["left_out"].items()] + [""]
    for job, peaks in plan["peak_kib"].items():
        listed = ", ".join(f"{side} {kib / 1024:.1f} MiB" for side, kib in peaks.items())
        lines += [f"Peak memory of a process that does one {job} only: {listed or 'not measured'}.", ""]
    for provider, times in plan["load_ms"].items():
        opened, first = (spread(quartiles(times[key]), ".1f") for key in ("opened_ms", "first_row_ms"))
        lines += [
            f"From nothing, by {provider}: host opened and plugin loaded after {opened} ms, first row after {first} ms "
            f"({len(times['opened_ms'])} processes).",
            "",
        ]
    return lines


def pool_row(number, side, answers, floor, few=None):
    """`few`: the same side with 8 threads, to compare the processor time with."""

    def middle(key):
        return quartiles([answer[key] for answer in answers])["median"]

    faster = quartiles([a["calls_per_second"] / b["calls_per_second"] for a, b in zip(answers, floor)])
    cost = quartiles([a["cpu_us"] / b["cpu_us"] for a, b in zip(answers, floor)])
    tail = quartiles([answer["p99_us"] / answer["p50_us"] for answer in answers])
    fair = quartiles([answer["fewest"] / answer["most"] for answer in answers])["median"]
    dearer = "" if few is None else spread(quartiles([a["cpu_us"] / b["cpu_us"] for a, b in zip(answers, few)])) + " | "
    return (
        f"| {number} | {side} | {middle('calls_per_second'):,.0f} | {spread(faster)} | {middle('p50_us'):,.0f} "
        f"| {middle('p99_us'):,.0f} | {tail['median']:.1f} | {middle('cpu_us'):.1f} | {spread(cost)} | {dearer}{fair:.2f} |"
    )


def pool_section(measured):
    if not measured:
        return []
    lines = [
        "",
        f"## Pool of {pools.CONNECTIONS} connections",
        "",
        f"Queries by key of several threads, on a pool of {pools.CONNECTIONS} connections to PostgreSQL, against a "
        "pool written by hand on libpq (a mutex, a condition variable); pgx/share is the source with `share = true`. "
        "Throughput: above 1 in dbway's favour; "
        "fairness: the slowest thread's count to the fastest's.",
        "",
        "| threads | side | queries/s | throughput, ratio | p50 µs | p99 µs | p99/p50 | CPU µs | CPU, ratio "
        f"| CPU, to {pools.FEW_THREADS} threads' | fairness |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for threads, sides in measured.items():
        lines += [
            pool_row(threads, side, answers, sides[pools.SIDES[0]], measured[pools.FEW_THREADS][side])
            for side, answers in sides.items()
        ]
    return lines


def sharing_section(measured):
    if not measured:
        return []
    lines = [
        "",
        "## Many threads, few connections",
        "",
        f"Queries by key of {pools.MANY} threads: one statement per connection at a time (pgx) and `share = true` "
        "(pgx/share). Throughput: above 1 in favour of sharing.",
        "",
        "| connections | side | queries/s | throughput, ratio | p50 µs | p99 µs | p99/p50 | CPU µs | CPU, ratio "
        "| fairness |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for connections, sides in measured.items():
        lines += [pool_row(connections, side, answers, sides[pools.SHARING[0]]) for side, answers in sides.items()]
    return lines


def mixed_section(measured):
    lines = []
    for side, answers in measured.items():
        answer, memory = answers[0], answers[0]["resident_kib"]
        lines.append(
            f"| {side} | {answer['calls_per_second']:,.0f} | {answer['p50_us']:,.0f} | {answer['p99_us']:,.0f} "
            f"| {answer['longest_us']:,.0f} | {answer['cpu_us']:.1f} | {memory[len(memory) // 10] / 1024:.1f} "
            f"| {memory[-1] / 1024:.1f} |"
        )
    if not lines:
        return []
    return [
        "",
        "## Mixed load",
        "",
        f"{pools.CONNECTIONS} threads for {next(iter(measured.values()))[0]['seconds']:.0f} s: of a hundred calls 80 "
        "queries by key, 9 of a hundred rows, 10 transactions of three statements and a bulk load of 100 rows.",
        "",
        "| side | calls/s | p50 µs | p99 µs | longest µs | CPU µs | MiB after a tenth of it | MiB at the end |",
        "|---|---|---|---|---|---|---|---|",
        *lines,
    ]


# Kind of growth: what is counted, {a figure: what it is}.
GROWTH = {
    "sources": (
        "sources of one host",
        {"opened_ms": "ms to open the host", "query_us": "µs a query", "peak_kib": "KiB at most"},
    ),
    "plugins": (
        "further plugins in a directory",
        {"opened_ms": "ms to open the host", "first_row_ms": "ms to the first row"},
    ),
    "waiting": (
        "threads that wait for one connection",
        {"request_us": "µs a request", "peak_kib": "KiB at most"},
    ),
    "columns": ("columns of 100 rows", {"wall_us": "µs a result", "cpu_us": "CPU µs a result"}),
    "cell": (
        "bytes of one cell",
        {"wall_us": "µs a result", "cpu_us": "CPU µs a result", "peak_kib": "KiB at most"},
    ),
}


def growth_section(measured):
    if not measured:
        return []
    lines = ["", "## Growth"]
    for kind, (counted, columns) in GROWTH.items():
        titles = " | ".join(columns.values())
        lines += ["", f"| {counted} | side | {titles} |", "|---|---|" + "---|" * len(columns)]
        for number in growth.COUNTS[kind]:
            for side, answers in measured[kind].items():
                figures_of = " | ".join(f"{answers[number][key]:,.1f}" for key in columns)
                lines.append(f"| {number:,} | {side} | {figures_of} |")
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
    lines += query_cost.section(results.get("query_cost", {}))
    lines += pool_section(results.get("pools", {})) + sharing_section(results.get("sharing", {}))
    lines += mixed_section(results.get("mixed", {}))
    lines += growth_section(results.get("growth", {}))
    return "\n".join(lines) + "\n"


def write(results, directory):
    """What has been measured so far, without plots. The text that was written."""
    rows = figures.comparisons(results)
    text = markdown(results, rows)
    (directory / "report.md").write_text(text, encoding="utf-8")
    (directory / "report.json").write_text(
        json.dumps({"figures": rows, "measured": results}, indent=1) + "\n", encoding="utf-8"
    )
    return text


def draw(results, directory):
    """Plots of the whole, named at the end of the report. The text that was added."""
    text = plots.write(results, figures.comparisons(results), directory)
    with (directory / "report.md").open("a", encoding="utf-8") as report:
        report.write(text)
    return text
