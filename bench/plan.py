"""What is measured: sides, jobs, how much of each, how often."""
import dataclasses


@dataclasses.dataclass
class Job:
    name: str
    count: int  # of what dbway_bench_job counts, in one round
    items: int  # what a figure is per: queries, rows, transactions, connections
    rounds: int
    # Two counts whose difference callgrind is asked for, and the items between them; none: not counted.
    small: int = 0
    large: int = 0
    items_between: int = 0


@dataclasses.dataclass
class Plan:
    database: str
    comparisons: dict  # side: the hand-written side it is compared with
    jobs: list
    counted: dict  # job: sides whose instructions are counted
    providers: list  # those whose first row in a fresh process is timed
    first_rows: int

    @property
    def sides(self):
        return list(dict.fromkeys([*self.comparisons.values(), *self.comparisons]))


BATCH = 100


def jobs(quick):
    few, some, many = (5, 9, 15) if quick else (21, 41, 81)
    return [
        Job("point", 500, 500, many, 500, 1500, 1000),
        Job("batch", 10, 10 * BATCH, many, 5, 15, 10 * BATCH),
        Job("scan", 1_000_000, 1_000_000, few, 5000, 25000, 20000),
        Job("insert", 100_000, 100_000, few, 1000, 5000, 4000),
        Job("transaction", 100, 100, some, 100, 300, 200),
        Job("connect", 10, 10, few),
    ]


def plans(quick):
    sqlite = ["sqlite3", "sqlite", "sqlite/pool"]
    postgresql = ["libpq", "pgx", "pgx/pool"]
    everything = [*postgresql, "libpqxx", "pq", "pq/pool"]
    brief = ["libpq", "pgx"]
    return [
        Plan(
            "sqlite",
            {"sqlite": "sqlite3", "sqlite/pool": "sqlite3"},
            jobs(quick),
            {"point": sqlite, "scan": sqlite[:2], "insert": sqlite[:2]}
            if quick
            else {job: sqlite for job in ("point", "batch", "scan", "insert", "transaction")},
            ["sqlite"],
            9 if quick else 27,
        ),
        Plan(
            "postgresql",
            {"pgx": "libpq", "pgx/pool": "libpq", "libpqxx": "libpq", "pq": "libpqxx", "pq/pool": "libpqxx"},
            jobs(quick),
            {"point": postgresql, "batch": brief, "scan": brief, "insert": brief}
            if quick
            else {job: everything for job in ("point", "batch", "scan", "insert", "transaction")},
            ["pgx", "pq"],
            9 if quick else 27,
        ),
    ]
