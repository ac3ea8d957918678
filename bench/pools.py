"""Many threads on a pool of connections: pgx against a pool written by hand on libpq, round after round. pgx/share: with `share = true`."""

SIDES = ["libpq", "pgx", "pgx/share"]
THREADS = [1, 8, 64]
CONNECTIONS = 8


def rounds_of(programs, database, load, threads, seconds, rounds):
    """{side: [answers]}; each round begins with the other side."""
    answers = {side: [] for side in SIDES}
    for number in range(rounds):
        start = number % len(SIDES)
        for side in SIDES[start:] + SIDES[:start]:
            answers[side].append(programs.answer("pool", side, database, load, threads, CONNECTIONS, seconds))
    return answers


def pools(programs, database, quick):
    """{threads: {side: [answers]}}"""
    seconds, rounds = (0.5, 3) if quick else (2, 11)
    return {threads: rounds_of(programs, database, "point", threads, seconds, rounds) for threads in THREADS}


def mixed(programs, database, quick):
    """{side: [answer]}, of a minute."""
    return rounds_of(programs, database, "mixed", CONNECTIONS, 5 if quick else 60, 1)
