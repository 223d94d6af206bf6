"""Reports platforms that no running process serves; work for them waits."""

from bittitan_plugin.domain.errors import NotServedHere
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Tenant

_KEY = "platform"


def report_unserved(tenant: Tenant) -> None:
    """Report once that no process could do this installation's work."""
    with tenant.writing() as work:
        if work.problems.is_open(_KEY):
            return
        work.problems.report(
            ProblemKind.PLATFORM_UNSERVED,
            _KEY,
            message="Paid work waits: no running process is attached to this platform.",
            next_step="Start a process that serves this platform (see 'More than one process' in "
            "docs/how-to/run-in-production.md). What waits goes on by itself; nothing is lost.",
            at=tenant.ports.clock(),
        )


def watch_platform(tenant: Tenant) -> None:
    """Close the problem if this process serves the platform."""
    try:
        tenant.ports.platforms.of(tenant.id)
    except NotServedHere:
        return
    with tenant.reading() as work:
        if not work.problems.is_open(_KEY):
            return
    with tenant.writing() as work:
        work.problems.resolve(_KEY, tenant.ports.clock())
