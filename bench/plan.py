"""What is measured: sides, jobs, how much of each, how often."""
import dataclasses


@dataclasses.dataclass
class Job:
    name: str
    count: int  # of what the job counts, in one round
    items: int  # what a figure is per: queries, rows, transactions, connections
    rounds: int
    # Two counts whose difference callgrind is asked for, and the items between them; none: not counted.
    small: int = 0
    large: int = 0
    items_between: int = 0


@dataclasses.dataclass
class Plan:
    title: str
    database: str
    comparisons: dict  # side: the hand-written side it is compared with
    jobs: list
    counted: dict  # job: sides whose instructions and allocations are counted
    providers: list = dataclasses.field(default_factory=list)  # those whose load time is taken
    optional: list = dataclasses.field(default_factory=list)  # sides to leave out when they are not there

    @property
    def sides(self):
        return list(dict.fromkeys([*self.comparisons.values(), *self.comparisons]))


BATCH = 100
ENTITIES = 100_000
PEERS = ["libpqxx", "soci", "odbc", "qt", "dbi", "cppdb", "poco"]
GO = ["go-pgx", "go-pq", "gorm"]  # no machine code that callgrind could follow


def jobs(names, rounds, quick):
    few, some, many = rounds
    rows = 200_000 if quick else 1_000_000
    small, large = (2_000, 8_000) if quick else (5_000, 25_000)
    every = [
        Job("point", 500, 500, many, 500, 1500, 1000),
        Job("batch", 10, 10 * BATCH, many, 5, 15, 10 * BATCH),
        Job("scan", rows, rows, few, small, large, large - small),
        Job("structs", rows, rows, few, small, large, large - small),
        Job("insert", rows // 10, rows // 10, few, 1000, 5000, 4000),
        Job("transaction", 100, 100, some, 100, 300, 200),
        Job("connect", 10, 10, few),
    ]
    return [job for job in every if job.name in names]


def entities(rounds, quick):
    """The job `structs`, of as many rows as there are entities."""
    return [dataclasses.replace(job, count=ENTITIES, items=ENTITIES) for job in jobs(["structs"], rounds, quick)]


def compared(floor, *sides):
    return {side: floor for side in sides}


def plans(quick):
    everything = ["point", "batch", "scan", "structs", "insert", "transaction", "connect"]
    basic = ["point", "scan", "insert"]
    rounds = (3, 5, 9) if quick else (21, 41, 81)  # of scans and bulk loads, transactions, single queries
    fewer = (3, 3, 5) if quick else (11, 21, 41)
    scarce = (3, 3, 5) if quick else (5, 7, 21)

    def counted(*sides, jobs=None):
        return {job: list(sides) for job in jobs or (basic if quick else everything[:-1])}

    def peers(database, floor, ours, sides):
        # Most of them insert row by row, which takes half a minute each time and differs by a hundred times and more.
        compared_jobs = [
            dataclasses.replace(job, rounds=1) if job.name == "insert" else job
            for job in jobs(["point"] if quick else basic, scarce, quick)
        ]
        return Plan(
            f"Peers on {database}",
            {"PostgreSQL": "postgresql", "SQLite": "sqlite"}[database],
            compared(floor, ours, *sides),
            compared_jobs,
            {} if quick else counted(floor, ours, *(side for side in sides if side not in GO), jobs=basic),
            optional=sides,
        )

    postgresql = Plan(
        "pgx and pq on PostgreSQL",
        "postgresql",
        compared("libpq", "pgx", "pgx/pool", "libpqxx") | compared("libpqxx", "pq", "pq/pool"),
        jobs(everything, rounds, quick),
        {"point": ["libpq", "pgx", "pgx/pool"]} | counted("libpq", "pgx", jobs=["batch", "scan", "structs", "insert"])
        if quick
        else counted("libpq", "pgx", "pgx/pool", "libpqxx", "pq", "pq/pool"),
        ["pgx", "pq"],
    )
    sqlite = Plan(
        "sqlite on SQLite",
        "sqlite",
        compared("sqlite3", "sqlite", "sqlite/pool"),
        jobs(everything, rounds, quick),
        counted("sqlite3", "sqlite") if quick else counted("sqlite3", "sqlite", "sqlite/pool"),
        ["sqlite"],
    )
    mysql = Plan(
        "mysql on MariaDB",
        "mysql",
        compared("mysqlcppconn", "mysql", "mysql/pool"),
        jobs(everything, fewer, quick),
        counted("mysqlcppconn", "mysql") if quick else counted("mysqlcppconn", "mysql", "mysql/pool"),
        ["mysql"],
        optional=["mysqlcppconn", "mysql", "mysql/pool"],
    )
    orm = [
        Plan(
            f"orm on {name}",
            database,
            compared("soci", "orm", "orm/pool", *([] if quick else [own])),
            jobs(basic[:2] if quick else everything, scarce if quick else fewer, quick),
            counted("soci", "orm", jobs=basic[:2]) if quick else counted("soci", "orm", "orm/pool", own),
            ["orm"],
            optional=["soci", "orm", "orm/pool"],
        )
        for name, database, own in (("PostgreSQL", "postgresql", "pgx"), ("SQLite", "sqlite", "sqlite"))
    ]
    of_entities = [
        Plan(
            f"{ENTITIES:,} entities on {name}",
            database,
            compared(provider, f"{provider}/entities"),
            entities(fewer, quick),
            counted(provider, f"{provider}/entities", jobs=["structs"]),
        )
        for name, database, provider in (("PostgreSQL", "postgresql", "pgx"), ("SQLite", "sqlite", "sqlite"))
    ]
    pgx_for_go = Plan(
        "pgx for Go on PostgreSQL",
        "postgresql",
        compared("go-pgx", "pgx", "pgx/pool"),
        jobs(everything[:5], fewer, quick),
        {},
        optional=["go-pgx"],
    )
    return [
        sqlite,
        postgresql,
        mysql,
        *orm,
        *of_entities,
        peers("PostgreSQL", "libpq", "pgx", PEERS + GO),
        peers("SQLite", "sqlite3", "sqlite", PEERS[1:]),
        *([] if quick else [pgx_for_go]),
    ]
