"""Runs dbway_bench_job: times in rounds, instructions under callgrind, memory and first rows in fresh processes."""
import concurrent.futures
import contextlib
import json
import os
import subprocess


class Programs:
    def __init__(self, directory):
        self.job = str(directory / "dbway_bench_job")
        self.server = str(directory / "dbway_bench_postgresql")

    def sqlite(self, path):
        """The database, which is made when it is not there yet."""
        complete = path.with_name(path.name + ".complete")
        if not complete.exists():
            for leftover in path.parent.glob(path.name + "*"):
                leftover.unlink()
            subprocess.run([self.job, "make", str(path)], check=True)
            complete.touch()
        return str(path)

    @contextlib.contextmanager
    def postgresql(self):
        """A server that ends with its standard input, and so with this process."""
        with subprocess.Popen([self.server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            database = server.stdout.readline().strip()
            if not database:
                raise SystemExit("the PostgreSQL server did not start")
            yield database
            server.stdin.close()


class Worker:
    """A process that does the jobs of one side, when it is told to."""

    def __init__(self, programs, side, database):
        self.side = side
        self.process = subprocess.Popen(
            [programs.job, side, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, job, count):
        self.process.stdin.write(f"{job} {count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.side} failed in {job}")
        return json.loads(answer)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def times(programs, plan, database):
    """{job: {side: [figures of each round]}}. Each round asks all sides, one after the other, and begins with
    another side than the last."""
    workers = [Worker(programs, side, database) for side in plan.sides]
    figures = {}
    for job in plan.jobs:
        of_job = figures[job.name] = {"items": job.items, "sides": {side: [] for side in plan.sides}}
        for worker in workers:  # warm caches; not counted
            worker.do(job.name, job.count)
        for number in range(job.rounds):
            start = number % len(workers)
            for worker in workers[start:] + workers[:start]:
                of_job["sides"][worker.side].append(worker.do(job.name, job.count))
    for worker in workers:
        worker.end()
    return figures


def counted(programs, side, database, job, count):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--instr-atstart=no"]
        + [programs.job, side, database, job, str(count)],
        capture_output=True,
        text=True,
    )
    for line in run.stderr.splitlines():
        if "Collected" in line:
            return int(line.split()[-1])
    raise SystemExit(f"{side} failed in {job} under callgrind:\n{run.stderr}")


def instructions(programs, plan, database):
    """{job: {side: instructions of an item}}: of the difference of two counts, so that set-up cancels. They do not
    depend on how busy the machine is, so several are counted at a time where that disturbs nobody: users of one
    SQLite file do each other's work on it, and writers of one table wait for each other."""

    def per_item(job, side):
        return (
            counted(programs, side, database, job.name, job.large)
            - counted(programs, side, database, job.name, job.small)
        ) / job.items_between

    wanted = [(job, side) for job in plan.jobs for side in plan.counted.get(job.name, [])]
    figures = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        reading = () if plan.database == "sqlite" else ("point", "batch", "scan")
        readers = [(job, side) for job, side in wanted if job.name in reading]
        for (job, side), value in zip(readers, pool.map(lambda pair: per_item(*pair), readers)):
            figures.setdefault(job.name, {})[side] = value
    for job, side in wanted:
        if (job, side) not in readers:
            figures.setdefault(job.name, {})[side] = per_item(job, side)
    return figures


def peaks(programs, plan, database):
    """{side: KiB}: the most memory that a process had which did nothing but a scan."""
    figures = {}
    scan = next(job for job in plan.jobs if job.name == "scan")
    for side in plan.sides:
        run = subprocess.run(
            [programs.job, side, database, "scan", str(scan.count)], check=True, capture_output=True, text=True
        )
        figures[side] = json.loads(run.stdout)["peak_kib"]
    return figures


def first_rows(programs, plan, database):
    """{provider: [milliseconds from the start of main() to the first row]}, each in a fresh process."""
    return {
        provider: [
            float(subprocess.run([programs.job, "first", provider, database], check=True, capture_output=True).stdout)
            for _ in range(plan.first_rows)
        ]
        for provider in plan.providers
    }
