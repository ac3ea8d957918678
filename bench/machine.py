"""What the figures were measured on."""
import os
import pathlib
import platform
import subprocess


def line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def package(name):
    return line("dpkg-query", "-W", "-f", "${Version}", name)


def processor():
    for entry in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if entry.startswith("model name"):
            return entry.split(":", 1)[1].strip()
    return platform.machine()


def load():
    return [round(value, 2) for value in os.getloadavg()]


# What the report calls them, and their packages.
VERSIONS = {
    "PostgreSQL": "postgresql-15",
    "libpq": "libpq5",
    "libpqxx": "libpqxx-dev",
    "sqlite3": "libsqlite3-0",
    "MariaDB": "mariadb-server-core",
    "Connector/C++": "libmysqlcppconn-dev",
    "SOCI": "libsoci-dev",
    "psqlodbc": "odbc-postgresql",
    "sqliteodbc": "libsqliteodbc",
    "Qt": "qt6-base-dev",
    "libdbi": "libdbi-dev",
    "CppDB": "libcppdb-dev",
    "Poco": "libpoco-dev",
    "Go": "golang-go",
    "pgx for Go": "golang-github-jackc-pgx-v4-dev",
    "lib/pq": "golang-github-lib-pq-dev",
    "GORM": "golang-github-jinzhu-gorm-dev",
}


def describe():
    versions = {name: package(of) for name, of in VERSIONS.items()}
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": processor(),
        "processors": os.cpu_count(),
        "compiler": line("c++", "--version"),
        "versions": {name: version for name, version in versions.items() if version not in ("", "unknown")},
        "load_before": load(),
    }
