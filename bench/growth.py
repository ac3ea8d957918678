"""What grows: sources, plugins in a directory, threads that wait, columns, the size of a cell."""
import os
import pathlib
import shutil
import tempfile

COUNTS = {
    "sources": [1, 10, 100, 1_000],
    "plugins": [1, 4, 16, 64],
    "waiting": [1, 10, 100, 1_000, 10_000],
    "columns": [1, 10, 100, 1_000],
    "cell": [1, 1 << 10, 1 << 20, 64 << 20],
}
RESULTS = {"postgresql": ["libpq", "pgx"], "sqlite": ["sqlite3", "sqlite"]}


def fill(directory, plugin, count):
    """Copies of a plugin under other names, which are as long as its own, so that the file stays what it is."""
    own = plugin.read_bytes()
    name = plugin.stem.removeprefix("dbway_")
    for number in range(count):
        other = f"{number:0{len(name)}}".translate(str.maketrans("0123456789", "abcdefghij"))
        copied = own.replace(f'id = "{name}"'.encode(), f'id = "{other}"'.encode())
        if copied == own:
            raise SystemExit(f"{plugin} has another form of metadata than expected")
        target = directory / f"dbway_{other}.so"
        target.write_bytes(copied)
        shutil.copymode(plugin, target)


def plugins(programs, database, count):
    with tempfile.TemporaryDirectory() as path:
        directory = pathlib.Path(path)
        fill(directory, programs.plugin("sqlite"), count)
        os.environ["DBWAY_PLUGIN_PATH"] = path
        try:
            return programs.answer("load", "sqlite", database)
        finally:
            del os.environ["DBWAY_PLUGIN_PATH"]


def best(answers):
    """Of several answers each figure's least: what is not the work itself only adds to it."""
    return {key: min(answer[key] for answer in answers) for key in answers[0]}


def repeats(kind, count):
    """Enough to be measured, few enough not to take long."""
    return max(2, 2000 // count) if kind == "columns" else max(2, (4 << 20) // max(count, 4096))


def measured(programs, databases, quick):
    """{kind: {side: {count: answer}}}"""
    times = 2 if quick else 9
    grown = {"sources": {"dbway": {}}, "plugins": {"dbway": {}}, "waiting": {"dbway": {}}, "columns": {}, "cell": {}}
    sqlite = databases["sqlite"]
    for kind in ("sources", "waiting"):
        for count in COUNTS[kind]:
            answers = [programs.answer("growth", kind, sqlite, count) for _ in range(1 if count >= 1_000 else times)]
            grown[kind]["dbway"][count] = best(answers)
    for count in COUNTS["plugins"]:
        grown["plugins"]["dbway"][count] = best([plugins(programs, sqlite, count) for _ in range(times)])
    for database, sides in RESULTS.items():
        if databases[database] is None:
            continue
        for kind in ("columns", "cell"):
            for side in sides:
                grown[kind][side] = {
                    count: best(
                        [
                            programs.answer("results", side, databases[database], kind, count, repeats(kind, count))
                            for _ in range(1 if count > 1 << 20 else times)
                        ]
                    )
                    for count in COUNTS[kind]
                }
    return grown
