"""Many threads on a pool of connections: pgx against a pool written by hand on libpq, and with `share = true` (pgx/share)
against pgx without, round after round."""

SIDES = ["libpq", "pgx", "pgx/share"]
SHARING = ["pgx", "pgx/share"]
FEW = [1, 2, 4, 8]  # connections, of as many threads as…
MANY = 64
THREADS = [1, 8, 64]
FEW_THREADS = 8  # that the others are compared with
CONNECTIONS = 8


def rounds_of(programs, database, load, threads, seconds, rounds, sides=SIDES, connections=CONNECTIONS):
    """{side: [answers]}; each round begins with the other side."""
    answers = {side: [] for side in sides}
    for number in range(rounds):
        start = number % len(sides)
        for side in sides[start:] + sides[:start]:
            answers[side].append(programs.answer("pool", side, database, load, threads, connections, seconds))
    return answers


def pools(programs, database, quick):
    """{threads: {side: [answers]}}; a round has all numbers of threads, so that they can be compared."""
    seconds, rounds = (0.4, 3) if quick else (1, 22)
    answers = {threads: {side: [] for side in SIDES} for threads in THREADS}
    for number in range(rounds):
        start = number % len(SIDES)
        for threads in THREADS:
            for side in SIDES[start:] + SIDES[:start]:
                answers[threads][side].append(
                    programs.answer("pool", side, database, "point", threads, CONNECTIONS, seconds)
                )
    return answers


def sharing(programs, database, quick):
    """{connections: {side: [answers]}}"""
    seconds, rounds = (0.5, 2) if quick else (2, 11)
    return {few: rounds_of(programs, database, "point", MANY, seconds, rounds, SHARING, few) for few in (FEW[1:2] if quick else FEW)}


def mixed(programs, database, quick):
    """{side: [answer]}, of a minute."""
    return rounds_of(programs, database, "mixed", CONNECTIONS, 3 if quick else 60, 1)
