"""Plots of the report, as SVG; none where matplotlib is missing."""
import statistics

try:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
except ImportError:
    pyplot = None


def ratios(title, rows, path):
    """Time and processor time of each side as multiples of the program written by hand, with quartiles."""
    rows = [row for row in rows if row["same_checksum"]]
    figure, axes = pyplot.subplots(figsize=(8, 1.4 + 0.28 * len(rows)), layout="constrained")
    for offset, key, label in ((-0.15, "wall", "time"), (0.15, "cpu", "processor time")):
        middle = [row[key]["median"] for row in rows]
        below = [row[key]["median"] - row[key]["low"] for row in rows]
        above = [row[key]["high"] - row[key]["median"] for row in rows]
        positions = [at + offset for at in range(len(rows))]
        axes.errorbar(middle, positions, xerr=[below, above], fmt="o", markersize=4, elinewidth=1, label=label)
    axes.set_yticks(range(len(rows)), [f"{row['job']}: {row['side']} / {row['floor']}" for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    axes.set_xlabel("multiple of the program written by hand")
    axes.set_title(title)
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def pools(measured, path):
    """Throughput and the 99th percentile by the number of threads."""
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for axes, key, title in ((panels[0], "calls_per_second", "queries per second"), (panels[1], "p99_us", "p99, µs")):
        for side in next(iter(measured.values())):
            middle = [statistics.median(answer[key] for answer in sides[side]) for sides in measured.values()]
            axes.plot(list(measured), middle, marker="o", label=side)
        axes.set_xscale("log", base=2)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("threads")
        axes.set_title(title)
        axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def memory(measured, path):
    """What a process has in memory under mixed load."""
    figure, axes = pyplot.subplots(figsize=(8, 3), layout="constrained")
    for side, (answer, *_) in measured.items():
        resident = answer["resident_kib"]
        moments = [answer["seconds"] * (number + 1) / len(resident) for number in range(len(resident))]
        axes.plot(moments, [kib / 1024 for kib in resident], label=side)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds")
    axes.set_ylabel("MiB")
    axes.set_title("memory under mixed load")
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def growth(measured, path):
    """One panel for each thing that grows."""
    shown = {
        "sources": ("opened_ms", "ms to open a host\nby sources"),
        "plugins": ("opened_ms", "ms to open a host\nby plugins in a directory"),
        "waiting": ("request_us", "µs a request\nby waiting threads"),
        "columns": ("cpu_us", "CPU µs of 100 rows\nby columns"),
        "cell": ("cpu_us", "CPU µs of one row\nby the bytes of its cell"),
    }
    figure, panels = pyplot.subplots(1, len(shown), figsize=(3 * len(shown), 3.2), layout="constrained")
    for axes, (kind, (key, title)) in zip(panels, shown.items()):
        for side, answers in measured[kind].items():
            axes.plot(list(answers), [answer[key] for answer in answers.values()], marker="o", label=side)
        axes.set_xscale("log")
        if kind in ("columns", "cell"):
            axes.set_yscale("log")
            axes.legend()
        else:
            axes.set_ylim(bottom=0)
        axes.set_title(title, fontsize="medium")
    figure.savefig(path)
    pyplot.close(figure)


def write(results, rows, directory):
    """Writes the files; the lines of the report that show them."""
    if pyplot is None:
        return "\nWithout plots: matplotlib was not found.\n"
    lines = ["", "## Plots", ""]

    def add(title, name, draw, *arguments):
        draw(*arguments, directory / name)
        lines.append(f"![{title}]({name})")

    for number, plan in enumerate(results["plans"], 1):
        of_plan = [row for row in rows if row["plan"] == plan["title"]]
        if of_plan:
            add(plan["title"], f"ratios-{number}.svg", ratios, plan["title"], of_plan)
    if results.get("pools"):
        add("Pools", "pools.svg", pools, results["pools"])
    if results.get("mixed"):
        add("Memory under mixed load", "memory.svg", memory, results["mixed"])
    add("Growth", "growth.svg", growth, results["growth"])
    return "\n".join(lines) + "\n"
