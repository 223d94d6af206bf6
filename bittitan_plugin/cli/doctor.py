"""Checks whether this instance can work; each finding names the fault and how to fix it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.retries import OVERDUE_AFTER
from bittitan_plugin.platforms.registry import in_words
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.services.audit import faults
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store import migrations
from bittitan_plugin.store.due_retries import BATCH, DueRetries
from bittitan_plugin.store.key_proof import key_fault
from bittitan_plugin.store.writing import write_fault

#: The most broken histories that are named; one is reason enough to look.
_MOST_FAULTS = 5
#: The most overdue pieces of work that are named, and up to which they are counted.
_MOST_NAMED, _COUNTED_TO = 5, BATCH


@dataclass(frozen=True, kw_only=True)
class OverdueWork:
    """Durable work that should have been tried by now."""

    #: The id under which it was first handed in.
    work: str
    workflow: str
    #: The step that could not be done, and why; empty where it was not tried even once.
    step: str = ""
    reason: str = ""
    #: When that step failed first or, where it was not tried, when the work was handed in.
    since: datetime

    def __str__(self) -> str:
        since = self.since.isoformat(timespec="seconds")
        if not self.step:
            return f"{self.work} ({self.workflow}, never begun), since {since}"
        return f"{self.work} ({self.workflow}, {self.step}: {self.reason}), since {since}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    ok: bool
    message: str
    #: How to fix it; empty when there is nothing to fix.
    mend: str = ""
    #: The oldest of what is overdue, where the check is about work.
    overdue: Sequence[OverdueWork] = ()


def examine(application: Application) -> Iterator[Finding]:
    """Yields each finding as soon as its check is done; skips checks that need a failed one."""
    yield Finding(
        check="settings",
        ok=True,
        message=f"{application.settings.environment.value}, "
        f"{application.engine.url.render_as_string(hide_password=True)}",
    )
    database = _database(application)
    yield database
    if database.ok:
        yield _keys(application)
    yield _asked("mail", application.ports.mailer.check, "set or mend BITTITAN_SMTP_URL")
    for name, fault in application.platform_faults.items():
        yield _failed_platform(f"platform '{name}'", fault)
    if not database.ok:
        return
    yield _work(application)
    with application.ports.store.looking_up() as installations:
        known = installations.all()
    if not known:
        yield Finding(
            check="installation",
            ok=False,
            message="no platform has been attached yet",
            mend="start 'bittitan-plugin serve' once, or attach your platform",
        )
    for installation in known:
        yield _installation(application, installation)
        yield from _platforms(application, installation)
        yield _history(application, installation)


def _database(application: Application) -> Finding:
    try:
        fault = migrations.version_fault(application.engine)
    except SQLAlchemyError as error:
        return Finding(
            check="database",
            ok=False,
            message=f"cannot be reached ({type(error).__name__})",
            mend="check BITTITAN_DATABASE_URL and that the server runs",
        )
    if not fault and (unwritable := write_fault(application.engine)):
        fault = f"{unwritable}; make room on its disk, or see that it may be written"
    return _told("database", fault, "tables are up to date")


def _keys(application: Application) -> Finding:
    fault = key_fault(application.engine, application.ports.cipher)
    return _told("keys", fault, "open what the database holds")


def _work(application: Application) -> Finding:
    due_before = application.ports.clock() - OVERDUE_AFTER
    again = DueRetries(application.engine).overdue(due_before)
    first = application.queue.waiting(due_before, limit=_COUNTED_TO)
    if not again and not first:
        return Finding(check="work", ok=True, message="nothing is overdue")
    found = [
        OverdueWork(
            work=retry.id,
            workflow=retry.workflow,
            step=retry.step,
            reason=retry.reason,
            since=retry.since,
        )
        for _, retry in again
    ] + [OverdueWork(work=each.work_id, workflow=each.workflow, since=each.since) for each in first]
    oldest = sorted(found, key=lambda each: each.since)[:_MOST_NAMED]
    minutes = int(OVERDUE_AFTER.total_seconds() / 60)
    many = _COUNTED_TO in (len(again), len(first))
    return Finding(
        check="work",
        ok=False,
        message=f"due for more than {minutes} minutes and not done: "
        f"{'at least ' if many else ''}{len(found)}, the oldest: {'; '.join(map(str, oldest))}",
        mend="see that 'bittitan-plugin worker' (or 'serve') runs on this database and what its "
        "log says; then choose Try now on the back office's page Waiting work",
        overdue=oldest,
    )


def _told(check: str, fault: str, well: str) -> Finding:
    """A finding made of a fault text that names its remedy after a semicolon."""
    message, _, mend = fault.partition("; ")
    return Finding(check=check, ok=not fault, message=message or well, mend=mend.rstrip("."))


def _installation(application: Application, installation: Installation) -> Finding:
    name = f"vendor of '{installation.key}'"
    if not installation.active:
        return Finding(
            check=name,
            ok=True,
            message="the plugin is switched off there",
            mend="switch it on with pluginUpdate when you are ready",
        )
    if not installation.configuration.uses_api:
        return Finding(check=name, ok=True, message="not needed: sold from the coupon stock")
    vendors = application.ports.vendors
    return _asked(
        name,
        lambda: vendors.of(installation.configuration).check(),
        "mend the coupon API settings with pluginUpdate",
    )


def _platforms(application: Application, installation: Installation) -> Iterator[Finding]:
    for name, platform in application.connections.items():
        try:
            with suppress(BitTitanError):
                platform.platform_of(installation.id)
            for it in platform.conditions(installation):
                yield Finding(check=it.check, ok=it.ok, message=it.message, mend=it.remedy)
        except Exception as fault:
            yield _failed_platform(f"platform '{name}' for '{installation.key}'", fault)


def _failed_platform(check: str, fault: Exception) -> Finding:
    return Finding(
        check=check,
        ok=False,
        message=f"cannot be used ({in_words(fault)}); all others can",
        mend="run 'bittitan-plugin migrate'; if that does not help, put the platform's package "
        "right or uninstall it, and start again",
    )


def _history(application: Application, installation: Installation) -> Finding:
    name = f"history of '{installation.key}'"
    found = list(islice(faults(Tenant(application.ports, installation.id)), _MOST_FAULTS))
    if not found:
        return Finding(check=name, ok=True, message="every entry is as it was written")
    return Finding(
        check=name,
        ok=False,
        message="; ".join(found),
        mend="find out who can write to the database; compare with a backup",
    )


def _asked(name: str, check: Callable[[], None], mend: str) -> Finding:
    try:
        check()
    except BitTitanError as failure:
        return Finding(check=name, ok=False, message=str(failure), mend=mend)
    return Finding(check=name, ok=True, message="answers")
