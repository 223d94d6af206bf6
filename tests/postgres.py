"""A real PostgreSQL for the tests: a given one, or Debian's binaries run as an ordinary user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from tests.ports import free_port
from tests.waiting import PATIENCE_S

#: Set to a server's address (a role that may create databases) to use that one.
VARIABLE = "BITTITAN_TEST_DATABASE_URL"
#: Set by CI: a missing server is then a failure, not a skip.
REQUIRED = "BITTITAN_TEST_REQUIRE_POSTGRESQL"
#: Where the processes of one run note the server they share.
_NOTED = "BITTITAN_TEST_SHARED_SERVER"


@dataclass(frozen=True)
class Server:
    """A server that was started for the tests."""

    url: str
    directory: Path

    def crash(self) -> None:
        """Die without a goodbye, and start again; what was committed is there if ``durable``."""
        data, log = str(self.directory / "data"), str(self.directory / "log")
        _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "-l", log, "restart")

    def halt(self) -> None:
        """Stop, as for an upgrade of the server; what it holds stays."""
        _run("pg_ctl", "-D", str(self.directory / "data"), "-m", "fast", "-w", "stop")

    def resume(self) -> None:
        """Start again after ``halt``, with the same options."""
        data = self.directory / "data"
        line = (data / "postmaster.opts").read_text().strip().partition(" ")[2]
        options = line.replace('"', "").partition("-D ")[2].partition(" ")[2]
        _run(
            "pg_ctl",
            "-D",
            str(data),
            "-w",
            "-l",
            str(self.directory / "log"),
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        """Stop at once and leave nothing behind."""
        _run("pg_ctl", "-D", str(self.directory / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)


def binaries() -> Path | None:
    """Where PostgreSQL's server programs are, newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def version() -> str | None:
    """The server's name and version, or None when there are no binaries."""
    folder = binaries()
    if folder is None:
        return None
    said = subprocess.check_output([folder / "postgres", "--version"], text=True)
    return said.replace("postgres (PostgreSQL)", "PostgreSQL").strip()


def start(*, durable: bool = False) -> Server | None:
    """Start a server on a free port, or return None when there are no binaries.

    ``durable`` keeps commits safe from power loss, which only benchmarks need.
    """
    if binaries() is None:
        return None
    directory = Path(tempfile.mkdtemp(prefix="bittitan-pg-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(_ordinary_user())
        os.chown(directory, user.pw_uid, user.pw_gid)
    data, port = directory / "data", free_port()
    _run("initdb", "-D", str(data), "-U", "bittitan", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c max_connections=300"
    if not durable:
        # Crash tests kill processes, not disks: what protects against power loss only costs time.
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    _run("pg_ctl", "-D", str(data), "-w", "-l", str(directory / "log"), "-o", options, "start")
    return Server(f"postgresql://bittitan@127.0.0.1:{port}/postgres", directory)


def share() -> Path | None:
    """Let this process and those it starts share one server, started when one of them asks.

    Returns where it will be noted; None when the environment names a server already.
    """
    if os.environ.get(VARIABLE) or os.environ.get(_NOTED):
        return None
    os.environ[_NOTED] = tempfile.mkdtemp(prefix="bittitan-shared-")
    return Path(os.environ[_NOTED])


def shared_url() -> str | None:
    """The address of the given or shared server, or None when there are no binaries."""
    if given := os.environ.get(VARIABLE):
        return given
    directory = Path(os.environ[_NOTED])
    with FileLock(directory / "lock"):
        noted = directory / "server"
        if not noted.exists():
            server = start()
            noted.write_text("" if server is None else f"{server.url}\n{server.directory}")
        return noted.read_text().partition("\n")[0] or None


def stop_shared(directory: Path | None) -> None:
    """Stop the server noted there, if one was started."""
    if directory is None:
        return
    noted = directory / "server"
    if noted.exists() and noted.read_text():
        url, _, data = noted.read_text().partition("\n")
        Server(url, Path(data)).stop()
    shutil.rmtree(directory)
    os.environ.pop(_NOTED, None)


def _run(program: str, *arguments: str) -> None:
    folder = binaries()
    assert folder is not None
    command = [str(folder / program), *arguments]
    if os.geteuid() == 0:
        # The server refuses to run as root.
        command = ["setpriv", f"--reuid={_ordinary_user()}", "--clear-groups", *command]
    # pg_ctl waits for the server, by itself for a minute.
    environment = {**os.environ, "PGCTLTIMEOUT": f"{PATIENCE_S:.0f}"}
    subprocess.run(command, check=True, capture_output=True, cwd="/", env=environment)


def _ordinary_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
