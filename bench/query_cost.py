"""Where a query by key goes: instructions by the library that they are in, and time by who spends it."""
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

from programs import Failed

SIDES = {"postgresql": ["libpq", "pgx", "pgx/pool"], "sqlite": ["sqlite3", "sqlite", "sqlite/pool"]}
QUERIES, ROUNDS = 20_000, 7  # the server's processor time comes in hundredths of a second
PARTS = ["program", "host", "provider", "client library", "C and C++ libraries"]


def part_of(library):
    """What a file of machine code is to dbway."""
    name = pathlib.Path(library).name
    if name.startswith("dbway_bench"):
        return PARTS[0]
    if name.startswith("libdbway"):
        return PARTS[1]
    if name.startswith("dbway_"):
        return PARTS[2]
    if name.startswith(("libpq.", "libsqlite3.")):
        return PARTS[3]
    return PARTS[4]


def by_part(text):
    """{part: instructions} of a profile; its format: Valgrind's manual, "Callgrind Format Specification"."""
    counted = dict.fromkeys(PARTS, 0)
    names = {}
    library, of_a_call = "", False
    for line in text.splitlines():
        named = re.match(r"(c?ob)=\((\d+)\)(?: (.*))?$", line)
        if named:
            if named[3]:
                names[named[2]] = named[3]
            if named[1] == "ob":
                library = names[named[2]]
        elif line.startswith("calls="):
            of_a_call = True  # the next line is what the called function has cost, which is counted there
        elif re.match(r"[+\-*\d]\S* \d+$", line):
            if not of_a_call:
                counted[part_of(library)] += int(line.split()[1])
            of_a_call = False
    return counted


def instructions(programs, side, database, small, large):
    """{part: instructions of a query}"""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/out", "--instr-atstart=no"]
            + [programs.of_side(side), side, database],
            input="".join(f"point {count}\n" for count in (small, small, large)),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Failed(f"{side}: {done.stderr}")
        few, many = (
            by_part(pathlib.Path(directory, f"out.{number}").read_text(encoding="utf-8", errors="replace"))
            for number in (2, 3)
        )
    return {part: (many[part] - few[part]) / (large - small) for part in PARTS}


def server_seconds(database):
    """The processor time of the connections that a PostgreSQL server of this machine has seen the end of."""
    place = re.search(r"host='([^']*)' port='([^']*)'", database)
    if not place:
        return 0.0
    lock = pathlib.Path(place[1], f".s.PGSQL.{place[2]}.lock")
    process = lock.read_text(encoding="ascii").splitlines()[0]
    fields = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")  # cutime and cstime: proc(5)


def run(programs, side, database, count):
    """Seconds of a process that does so many queries: of its own in user space and in the kernel, of the server,
    and by the clock."""
    before = server_seconds(database)
    with subprocess.Popen(
        [programs.of_side(side), side, database, "point", str(count)], stdout=subprocess.DEVNULL
    ) as process:
        begin = time.monotonic()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{side} failed")
    time.sleep(0.2)  # until the server, too, has noticed
    return [usage.ru_utime, usage.ru_stime, server_seconds(database) - before, wall]


def times(programs, side, database):
    """{who: microseconds of a query}: the medians of processes with more queries and with one."""
    differences = []
    for _ in range(ROUNDS):
        few, many = run(programs, side, database, 1), run(programs, side, database, QUERIES + 1)
        differences.append([(b - a) * 1e6 / QUERIES for a, b in zip(few, many)])
    user, kernel, server, wall = (statistics.median(column) for column in zip(*differences))
    return {"user": user, "kernel": kernel, "server": server, "wall": wall}


def measured(programs, databases, quick):
    """{side: {"instructions": …, "times": …}}"""
    if quick:
        return {}
    return {
        side: {
            "instructions": instructions(programs, side, databases[name], 500, 1500),
            "times": times(programs, side, databases[name]),
        }
        for name, sides in SIDES.items()
        if databases[name] is not None
        for side in sides
    }


def section(found_of):
    """Of the report."""
    if not found_of:
        return []
    lines = [
        "",
        "## Where a query by key goes",
        "",
        "Instructions in user space, by the library that they are in:",
        "",
        f"| side | {' | '.join(PARTS)} | all |",
        "|---|" + "---|" * (len(PARTS) + 1),
    ]
    for side, found in found_of.items():
        counts = [found["instructions"][part] for part in PARTS]
        lines.append(f"| {side} | " + " | ".join(f"{count:,.0f}" for count in [*counts, sum(counts)]) + " |")
    lines += [
        "",
        "Microseconds. Neither the client nor the server works while one wakes the other and the processors change "
        "from one to the other; where several processors work at once, that column is too small by as much. The server's "
        "is what all its connections took meanwhile, to half a microsecond.",
        "",
        "| side | client, user space | client, kernel | server | waking and waiting | by the clock |",
        "|---|---|---|---|---|---|",
    ]
    for side, found in found_of.items():
        spent = [found["times"][who] for who in ("user", "kernel", "server")]
        wall = found["times"]["wall"]
        lines.append(f"| {side} | " + " | ".join(f"{us:.2f}" for us in [*spent, wall - sum(spent), wall]) + " |")
    return lines
