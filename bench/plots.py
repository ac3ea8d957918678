"""Plots of the report, as SVG; none where matplotlib is missing."""
import statistics

try:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
except ImportError:
    pyplot = None


def ratios(title, rows, path):
    """Bars: time and processor time of each side as multiples of the program written by hand."""
    rows = [row for row in rows if row["same_checksum"]]
    figure, axes = pyplot.subplots(figsize=(8, 1.2 + 0.32 * len(rows)), layout="constrained")
    positions = range(len(rows))
    for offset, key, label in ((-0.2, "wall", "time"), (0.2, "cpu", "processor time")):
        middle = [row[key]["median"] for row in rows]
        below = [row[key]["median"] - row[key]["low"] for row in rows]
        above = [row[key]["high"] - row[key]["median"] for row in rows]
        axes.barh([at + offset for at in positions], middle, 0.38, xerr=[below, above], label=label,
                  error_kw={"elinewidth": 0.8})
    axes.set_yticks(positions, [f"{row['job']}: {row['side']} / {row['floor']}" for row in rows])
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    if any(row["wall"]["median"] > 8 for row in rows):
        axes.set_xscale("log")
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
    panels_of = {"sources": "opened_ms", "plugins": "opened_ms", "waiting": "request_us", "columns": "cpu_us", "cell": "cpu_us"}
    figure, panels = pyplot.subplots(1, len(panels_of), figsize=(3.2 * len(panels_of), 3.2), layout="constrained")
    for axes, (kind, key) in zip(panels, panels_of.items()):
        for side, answers in measured[kind].items():
            axes.plot(list(answers), [answer[key] for answer in answers.values()], marker="o", label=side)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(f"{kind}: {key}")
        axes.legend()
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
