"""One distributor's instance made of real processes, all of which can be killed and started."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
from dbos import DBOSClient

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.cli.serving import open_shop
from bittitan_plugin.store.engine import open_workflow_engine
from bittitan_plugin.workflows.engine.json_serializer import JsonSerializer
from bittitan_plugin.workflows.engine.queue import APPLICATION
from tests.acceptance.people import hire_staff
from tests.chaos.fork_server import MAILBOX, Errand, Nursery, is_alive
from tests.ports import free_port
from tests.waiting import PATIENCE_S, until

#: One name for all web processes, so that each believes the others' tokens.
PUBLIC_URL = "http://shop.example"

_migrating = Lock()


class NotReady(Exception):
    """A process did not begin; the message says which, and where its log is."""


@dataclass
class Instance:
    """Its database, keys, vendor and mail server, and whichever processes run now."""

    nursery: Nursery
    directory: Path
    database_url: str
    processes: dict[str, int] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.bus.mkdir()
        self.ports |= {"mailbox": free_port(), "sandbox": free_port()}
        self.settings = {
            "database_url": self.database_url,
            "var_dir": str(self.directory),
            "secret_keys": generate_key(),
            "demo_payments": "true",
            "smtp_url": f"smtp://127.0.0.1:{self.ports['mailbox']}",
            "public_url": PUBLIC_URL,
            "log_format": "json",
        }
        self._shop = open_shop(self._settings())
        #: The harness's own connections, to read the books with.
        self.engine = self._shop.application.engine
        self._workflow_engine = open_workflow_engine(self.database_url)
        self.workflows = DBOSClient(
            system_database_engine=self._workflow_engine,
            application_name=APPLICATION,
            serializer=JsonSerializer(),
            lazy=True,
        )

    @property
    def mail(self) -> Path:
        """Where the mail server writes down what it took."""
        return self.directory / "mail.jsonl"

    @property
    def boundaries(self) -> Path:
        """Where workers write down the boundaries they pass."""
        return self.directory / "boundaries"

    @property
    def bus(self) -> Path:
        """Where events wait that the platform has not delivered yet; of each web process apart."""
        return self.directory / "bus"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['sandbox']}"

    def open(self) -> None:
        """The outside world runs, the database is up to date, and staff are hired."""
        with _migrating:  # Alembic keeps its context in the module
            hire_staff(self._settings())
        self._start("mailbox", MAILBOX, str(self.ports["mailbox"]), str(self.mail))
        self._start("sandbox", "sandbox", "--port", str(self.ports["sandbox"]))
        self._until_answered("sandbox", "/_sandbox/clock")

    def start_web(self, name: str, *, disturbed: bool = False) -> None:
        """A web process without a worker; ``disturbed`` puts the bus between it and the plugin."""
        port = str(self.ports.setdefault(name, free_port()))
        bus = self.bus / name
        bus.mkdir(exist_ok=True)
        bus_of = str(bus) if disturbed else ""
        self._start(name, "serve", "--no-worker", "--port", port, bus=bus_of)
        self._until_answered(name, "/livez")

    def start_worker(self, name: str, *, observed: bool = False) -> None:
        """A worker, at work a moment later; ``observed`` has it notice its boundaries."""
        self._start(name, "worker", boundaries=str(self.boundaries) if observed else "")

    def token(self, email: str | None = None) -> str:
        """A token that lasts as long as any run; of staff, unless a customer is named."""
        return self._shop.platform.issue_token(email)

    def kill(self, name: str) -> None:
        """SIGKILL: no goodbye. Returns when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.processes[name], signal.SIGKILL)
        until(lambda: not is_alive(self.processes[name]))

    def runs(self, name: str) -> bool:
        """Whether that process is there."""
        return is_alive(self.processes[name])

    def sandbox(self, method: str, path: str, body: object = None) -> Any:
        """Ask the control surface of the vendor's sandbox."""
        url = f"{self.sandbox_url}/_sandbox{path}"
        answer = httpx.request(method, url, json=body, timeout=PATIENCE_S)
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        """End everything."""
        for name in self.processes:
            self.kill(name)
        self.workflows.destroy()
        self._workflow_engine.dispose()
        self._shop.application.close()

    def _settings(self) -> Settings:
        return Settings(
            database_url=self.database_url,
            var_dir=self.directory,
            secret_keys=(self.settings["secret_keys"],),
            public_url=PUBLIC_URL,
            log_format=LogFormat.QUIET,
            demo_payments=True,
        )

    def _start(self, name: str, *command: str, boundaries: str = "", bus: str = "") -> None:
        self.processes[name] = self.nursery.start(
            Errand(
                command=list(command),
                settings=self.settings,
                log=str(self.directory / f"{name}.log"),
                boundaries=boundaries,
                bus=bus,
            )
        )

    def _until_answered(self, name: str, path: str) -> None:
        def is_answered() -> bool:
            if not self.runs(name):
                raise NotReady(f"{name} did not begin; see {self.directory / name}.log")
            with suppress(httpx.HTTPError):
                return httpx.get(f"http://127.0.0.1:{self.ports[name]}{path}").status_code == 200
            return False

        until(is_answered)
