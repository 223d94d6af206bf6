"""Platforms that no running process serves: work for them waits, and staff are told."""

from uuid import UUID

from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Ports

_KEY = "platform"


def report_unserved(ports: Ports, installation_id: UUID) -> None:
    """Work for this installation found no process that could do it; said once."""
    with ports.store.writing(installation_id) as work:
        if work.problems.is_open(_KEY):
            return
        work.problems.report(
            ProblemKind.PLATFORM_UNSERVED,
            _KEY,
            message="Paid work waits: no running process is attached to this platform.",
            next_step="Start a process that serves this platform (see 'More than one process' in "
            "docs/how-to/run-in-production.md). What waits goes on by itself; nothing is lost.",
            at=ports.clock(),
        )


def watch_platform(ports: Ports, installation_id: UUID) -> None:
    """Close the problem once a process that looks at this serves the platform."""
    try:
        ports.hosts.of(installation_id)
    except NotServedHere:
        return
    with ports.store.reading(installation_id) as work:
        if not work.problems.is_open(_KEY):
            return
    with ports.store.writing(installation_id) as work:
        work.problems.resolve(_KEY, ports.clock())
