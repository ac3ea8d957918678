"""Plots of the report, as SVG; none where matplotlib is missing."""

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


def write(results, rows, directory):
    """Writes the files; the lines of the report that show them."""
    if pyplot is None:
        return "\nWithout plots: matplotlib was not found.\n"
    lines = ["", "## Plots", ""]
    for number, plan in enumerate(results["plans"], 1):
        of_plan = [row for row in rows if row["plan"] == plan["title"]]
        if of_plan:
            name = f"ratios-{number}.svg"
            ratios(plan["title"], of_plan, directory / name)
            lines.append(f"![{plan['title']}]({name})")
    return "\n".join(lines) + "\n"
