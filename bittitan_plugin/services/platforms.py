"""Reports platforms that no running process serves; work for them waits."""

from uuid import UUID

from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Ports

_KEY = "platform"


def report_unserved(ports: Ports, installation_id: UUID) -> None:
    """Report once that no process could do this installation's work."""
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
    """Close the problem if this process serves the platform."""
    try:
        ports.platforms.of(installation_id)
    except NotServedHere:
        return
    with ports.store.reading(installation_id) as work:
        if not work.problems.is_open(_KEY):
            return
    with ports.store.writing(installation_id) as work:
        work.problems.resolve(_KEY, ports.clock())
