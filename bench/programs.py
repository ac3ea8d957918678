"""The programs of the benchmark, and the databases that they make."""
import contextlib
import json
import subprocess


class Failed(Exception):
    """Why a side, a server or a program does not work."""


class Programs:
    # Sides that have a program of another name than their own; the rest is in dbway_bench_job.
    OWN = ["mysqlcppconn", "soci", "odbc", "qt", "dbi", "cppdb", "poco"]
    GO = ["go-pgx", "go-pq", "gorm"]

    def __init__(self, build):
        self.directory = build / "bin"
        self.allocations = str(build / "lib" / "libdbway_bench_allocations.so")

    def path(self, name):
        program = self.directory / f"dbway_bench_{name}"
        if not program.exists():
            raise Failed(f"{name} was not found when the benchmark was configured")
        return str(program)

    def of_side(self, side):
        return self.path(side if side in self.OWN else "go" if side in self.GO else "job")

    def answer(self, name, *arguments):
        """The JSON object that a program prints."""
        done = subprocess.run([self.path(name), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Failed(done.stderr.strip())
        return json.loads(done.stdout)

    def sqlite(self, path):
        """The database, which is made when it is not there yet."""
        complete = path.with_name(path.name + ".complete")
        if not complete.exists():
            for leftover in path.parent.glob(path.name + "*"):
                leftover.unlink()
            subprocess.run([self.path("sqlite"), str(path)], check=True)
            complete.touch()
        return f"sqlite:{path}"

    @contextlib.contextmanager
    def servers(self, *names):
        """{name: database} of servers that end with their standard input, and so with this process; of those that
        could not start, {name: None}."""
        running = {}
        for name in names:
            with contextlib.suppress(Failed):
                running[name] = subprocess.Popen(
                    [self.path({"postgresql": "postgresql", "mysql": "mariadb"}[name])],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
        try:
            lines = {name: server.stdout.readline().strip() for name, server in running.items()}
            yield {name: f"{name}:{lines[name]}" if lines.get(name) else None for name in names}
        finally:
            for server in running.values():
                server.communicate()

    def plugin(self, provider):
        """The file of a provider."""
        return next((self.directory.parent / "providers").glob(f"*{provider}*.so"))
