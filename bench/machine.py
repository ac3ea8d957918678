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
    return round(os.getloadavg()[0], 2)


def describe():
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": processor(),
        "processors": os.cpu_count(),
        "compiler": line("c++", "--version"),
        "sqlite3": package("libsqlite3-0"),
        "postgresql": package("postgresql-15"),
        "libpq": package("libpq5"),
        "libpqxx": package("libpqxx-dev"),
        "load_before": load(),
    }
