"""Reports secrets for which no running process has the key; work that needs them waits."""

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Tenant

_KEY = "keys"


def report_unreadable(tenant: Tenant) -> None:
    """Report once that no process could open a secret that this installation's work needs."""
    with tenant.writing() as work:
        if work.problems.is_open(_KEY):
            return
        work.problems.report(
            ProblemKind.KEY_MISSING,
            _KEY,
            message="Work waits: something it needs is encrypted with a key that no worker has.",
            next_step="Append the key that was put in front elsewhere to BITTITAN_SECRET_KEYS of "
            "every process and restart it (see docs/how-to/back-up-and-change-keys.md). What "
            "waits goes on by itself; nothing is lost.",
            at=tenant.ports.clock(),
        )


def watch_keys(tenant: Tenant) -> None:
    """Close the problem if this process can open what every sale needs."""
    with tenant.reading() as work:
        if not work.problems.is_open(_KEY):
            return
        password = work.installations.by_id(tenant.id).configuration.api_password
        needed = [sealed for sealed in (password, work.coupons.secret()) if sealed]
    try:
        for sealed in needed:
            tenant.ports.cipher.open(sealed)
    except UnreadableSecret:
        return
    with tenant.writing() as work:
        work.problems.resolve(_KEY, tenant.ports.clock())
