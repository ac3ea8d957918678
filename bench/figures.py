"""Figures from what was measured: medians of the ratios of each round, with quartiles."""
import statistics


def quartiles(values):
    if len(values) == 1:
        return {"median": values[0], "low": values[0], "high": values[0]}
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": middle, "low": low, "high": high}


def comparisons(results):
    """A flat list: of each plan's jobs, each side and the side that it is compared with."""
    rows = []
    for plan in results["plans"]:
        for job, measured in plan["times"].items():
            for side, floor in plan["comparisons"].items():
                if side in measured["sides"] and floor in measured["sides"]:
                    rows.append(compared(plan, job, measured, side, floor))
    return rows


def compared(plan, job, measured, side, floor):
    ours, theirs = measured["sides"][side], measured["sides"][floor]
    row = {"plan": plan["title"], "job": job, "side": side, "floor": floor, "rounds": len(ours)}
    row["same_checksum"] = all(a["checksum"] == b["checksum"] for a, b in zip(ours, theirs))
    for key in ("wall", "cpu"):
        # The clock of processor time counts microseconds.
        row[key] = quartiles([a[f"{key}_ms"] / max(b[f"{key}_ms"], 0.001) for a, b in zip(ours, theirs)])
        for name, rounds in (("side", ours), ("floor", theirs)):
            middle = statistics.median(a[f"{key}_ms"] for a in rounds)
            row[f"{key}_us_{name}"] = middle * 1000 / measured["items"]
    for key in ("instructions", "allocations"):
        counted = plan[key].get(job, {})
        if side in counted and floor in counted:
            row[f"{key}_side"], row[f"{key}_floor"] = counted[side], counted[floor]
            if counted[floor] >= 0.01:
                row[key] = round(counted[side] / counted[floor], 4)
    return row


def refused(results):
    return [f"{row['job']} of {row['side']}" for row in comparisons(results) if not row["same_checksum"]]
