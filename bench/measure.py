"""Does the jobs of all sides: times in rounds, instructions under callgrind, allocations, memory and load times in
processes of their own."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from programs import Failed


class Worker:
    """A process that does the jobs of one side, when it is told to."""

    def __init__(self, programs, side, database):
        self.side = side
        self.process = subprocess.Popen(
            [programs.of_side(side), side, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def do(self, job, count):
        try:
            self.process.stdin.write(f"{job} {count}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline()
        if not answer:
            raise Failed(self.process.stderr.read().strip() or f"{self.side} failed in {job}")
        return json.loads(answer)

    def end(self):
        self.process.communicate()


@contextlib.contextmanager
def leaving_out(side, plan, left_out):
    """A side that fails is left out, if the plan can do without it: left_out[side] is why."""
    try:
        yield
    except Failed as reason:
        if side not in plan.optional:
            raise
        left_out[side] = str(reason).splitlines()[-1]


def workers(programs, plan, database, left_out):
    """Those of the sides that work."""
    ready = []
    for side in plan.sides:
        with leaving_out(side, plan, left_out):
            worker = Worker(programs, side, database)
            worker.do(plan.jobs[0].name, 1)
            ready.append(worker)
    return ready


def times(plan, ready, left_out):
    """{job: {side: [figures of each round]}}. Each round asks all sides, one after the other, and begins with
    another side than the last."""
    figures = {}
    for job in plan.jobs:
        answers_of = {worker.side: [] for worker in ready}
        for number in range(-1, job.rounds):  # the first warms caches, and does not count
            start = number % len(ready)
            for worker in ready[start:] + ready[:start]:
                if worker.side in left_out:
                    continue
                with leaving_out(worker.side, plan, left_out):
                    answer = worker.do(job.name, job.count)
                    if number >= 0:
                        answers_of[worker.side].append(answer)
        complete = {side: answers for side, answers in answers_of.items() if len(answers) == job.rounds}
        figures[job.name] = {"items": job.items, "sides": complete}
    return figures


def answers(programs, side, database, lines, before=(), environment=None):
    """What a process answers that does these jobs, [(job, count)], one after the other."""
    done = subprocess.run(
        [*before, programs.of_side(side), side, database],
        input="".join(f"{job} {count}\n" for job, count in lines),
        capture_output=True,
        text=True,
        env=os.environ | (environment or {}),
    )
    if done.returncode:
        raise Failed(f"{side}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def instructions(programs, side, database, lines):
    with tempfile.TemporaryDirectory() as directory:
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/out", "--instr-atstart=no"]
        answers(programs, side, database, lines, callgrind)
        totals = []
        for number in range(1, len(lines) + 1):
            text = pathlib.Path(directory, f"out.{number}").read_text(encoding="utf-8", errors="replace")
            totals.append(int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1]))
        return totals


def allocations(programs, side, database, lines):
    preload = {"LD_PRELOAD": programs.allocations}
    return [answer["allocations"] for answer in answers(programs, side, database, lines, environment=preload)]


READING = ("point", "batch", "scan", "structs")


def counts(count, programs, plan, database, sides, left_out):
    """{job: {side: count of an item}}: of the difference of two counts, so that set-up cancels. Counts do not depend
    on how busy the machine is, so several are taken at a time where that disturbs nobody: users of one SQLite file
    do each other's work on it, and writers of one table wait for each other."""
    figures = {}

    def take(side, jobs):
        lines = [(job.name, size) for job in jobs for size in (job.small, job.small, job.large)]  # the first warms
        if not lines:
            return
        with leaving_out(side, plan, left_out):
            counted = count(programs, side, database, lines)
            for job, small, large in zip(jobs, counted[1::3], counted[2::3]):
                figures.setdefault(job.name, {})[side] = (large - small) / job.items_between

    def wanted(side, reading):
        return [job for job in plan.jobs if side in plan.counted.get(job.name, []) and (job.name in READING) == reading]

    with concurrent.futures.ThreadPoolExecutor(1 if plan.database == "sqlite" else os.cpu_count()) as pool:
        list(pool.map(lambda side: take(side, wanted(side, True)), sides))
    for side in sides:
        take(side, wanted(side, False))
    return figures


def peaks(programs, plan, database, sides):
    """{job: {side: KiB}}: the most memory that a process had which did nothing but one scan."""
    return {
        job.name: {side: answers(programs, side, database, [(job.name, job.count)])[0]["peak_kib"] for side in sides}
        for job in plan.jobs
        if job.name in ("scan", "structs")
    }


def load_times(programs, plan, database, processes):
    """{provider: {"opened_ms": […], "first_row_ms": […]}}, each in a fresh process."""
    figures = {}
    for provider in plan.providers:
        lines = [programs.answer("load", provider, database) for _ in range(processes)]
        figures[provider] = {key: [line[key] for line in lines] for key in lines[0]}
    return figures


def measured(programs, plan, database, quick):
    """Everything of one plan."""
    left_out = {}
    ready = workers(programs, plan, database, left_out)
    figures = {"title": plan.title, "left_out": left_out, "times": times(plan, ready, left_out) if ready else {}}
    for worker in ready:
        worker.end()
    sides = [side for side in plan.sides if side not in left_out]
    figures["instructions"] = counts(instructions, programs, plan, database, sides, left_out)
    figures["allocations"] = counts(allocations, programs, plan, database, sides, left_out)
    figures["comparisons"] = plan.comparisons
    figures["peak_kib"] = {} if quick and plan.optional else peaks(programs, plan, database, sides)
    plan.providers = [provider for provider in plan.providers if provider in sides]
    figures["load_ms"] = load_times(programs, plan, database, 5 if quick else 27)
    return figures


def nothing(plan, why):
    """In place of measured(), when there is no database."""
    left_out = {side: why for side in plan.sides}
    return {"title": plan.title, "left_out": left_out, "comparisons": {}, "times": {}, "load_ms": {}, "peak_kib": {}}
