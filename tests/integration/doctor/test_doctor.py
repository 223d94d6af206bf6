"""The doctor: each thing that can be wrong says what it is and how to mend it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.cli.commands import app
from bittitan_plugin.cli.doctor import Finding, examine
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.store.unit_of_work import UnitOfWork
from tests.fakes.values import retry
from tests.integration.store.belongings import settle_in

pytestmark = pytest.mark.databases("sqlite", "postgresql")

KEY = generate_key()
#: A port nobody listens at.
NOBODY = "127.0.0.1:9"
VENDOR = "vendor of 'default'"
HISTORY = "history of 'default'"


@dataclass
class Practice:
    """Where instances are examined."""

    url: str
    directory: Path
    sandbox: SandboxServer

    def application(self, at: datetime | None = None, **settings: object) -> Application:
        values: dict[str, object] = {
            "database_url": self.url,
            "var_dir": self.directory,
            "secret_keys": (KEY,),
            **settings,
        }
        return build(Settings.model_validate(values), clock=lambda: at or datetime.now(UTC))

    def set_up(self, *, active: bool = True) -> None:
        """An installation with a vendor that answers."""
        application = self.application()
        values = {
            "api_url": self.sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "api_password": DEFAULT_PASSWORD,
        }
        configure(application.ports, "default", values, active=active)
        application.close()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """One change of the installation."""
        application = self.application()
        store = application.ports.store
        with store.looking_up() as installations:
            (installation,) = installations.all()
        with store.writing(installation.id) as work:
            yield work
        application.close()

    def hand_in(self, *retries: Retry, first: Sequence[str] = ()) -> None:
        """Work that waits, and the ids of work that was just handed in; no worker is there."""
        with self.writing() as work:
            for retry_ in retries:
                work.retries.put(retry_)
            for id_ in first:
                work.enqueue(Workflow.SYNCHRONIZE, id_, "asset")

    def examine(self, at: datetime | None = None, **settings: object) -> dict[str, Finding]:
        """What is found, by check; now, unless said."""
        application = self.application(at, **settings)
        findings = {finding.check: finding for finding in examine(application)}
        application.close()
        return findings


@pytest.fixture
def practice(database_url: str, tmp_path: Path, sandbox: SandboxServer) -> Practice:
    """A migrated database and nothing else."""
    return Practice(database_url, tmp_path, sandbox)


@pytest.fixture
def patient(practice: Practice) -> Practice:
    """An instance that is well."""
    practice.set_up()
    return practice


def test_an_instance_that_is_well_has_nothing_to_mend(patient: Practice) -> None:
    assert {(f.ok, f.mend) for f in patient.examine().values()} == {(True, "")}


def test_every_part_is_examined(patient: Practice) -> None:
    assert list(patient.examine()) == [
        "settings", "database", "keys", "mail", "work", VENDOR, HISTORY
    ]  # fmt: skip


def test_a_history_with_its_end_cut_off_is_found_with_the_asset_s_id(patient: Practice) -> None:
    application = patient.application()
    store = application.ports.store
    with store.installations() as installations:
        installation = installations.all()[0].id
    asset = settle_in(store, installation).asset
    with Session(store.engine) as session, session.begin():
        session.execute(
            update(AssetRow).where(AssetRow.id == asset.id).values(history_head="0" * 64)
        )
    application.close()
    found = patient.examine()[HISTORY]
    assert (found.ok, str(asset.id) in found.message) == (False, True)
    assert found.mend


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


def test_what_is_due_and_not_done_is_named_with_step_reason_and_since(patient: Practice) -> None:
    since = ago(hours=2)
    late = retry(id="late", since=since, next_attempt_at=ago(minutes=6))
    patient.hand_in(late, retry(id="soon", next_attempt_at=ago(minutes=4)))
    found = patient.examine()["work"]
    assert not found.ok
    assert found.message == (
        "due for more than 5 minutes and not done: 1, the oldest: late (provision_line, "
        f"obtain_coupon: BitTitan does not answer.), since {since.isoformat(timespec='seconds')}"
    )
    assert "worker" in found.mend
    assert "Try now" in found.mend
    assert [(each.work, each.step) for each in found.overdue] == [("late", "obtain_coupon")]


def test_as_json_what_is_overdue_can_be_read_by_programs(
    patient: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = retry(id="late", next_attempt_at=ago(minutes=6))
    patient.hand_in(late)
    monkeypatch.setenv("BITTITAN_DATABASE_URL", patient.url)
    monkeypatch.setenv("BITTITAN_SECRET_KEYS", KEY)
    monkeypatch.setenv("BITTITAN_VAR_DIR", str(patient.directory))
    done = CliRunner().invoke(app, ["doctor", "--json"])
    overdue = {found["check"]: found["overdue"] for found in json.loads(done.stdout)}
    assert (done.exit_code, overdue.pop("work")) == (
        1,
        [
            {
                "work": "late",
                "workflow": "provision_line",
                "step": "obtain_coupon",
                "reason": "BitTitan does not answer.",
                "since": late.since.isoformat(),
            }
        ],
    )
    assert set(map(tuple, overdue.values())) == {()}


def test_an_attempt_that_was_handed_in_and_does_not_end_is_named_once(patient: Practice) -> None:
    due = retry(id="stuck", next_attempt_at=ago(minutes=6))
    patient.hand_in(due)
    with patient.writing() as work:
        for each in work.retries.take_due([due.id], due.next_attempt_at):
            work.enqueue_retry(each)
    found = patient.examine(at=ago(minutes=-9))["work"]
    assert [each.work for each in found.overdue] == ["stuck"]


def test_first_attempts_that_no_worker_began_are_named(patient: Practice) -> None:
    patient.hand_in(first=["sale"])
    assert patient.examine(at=ago(minutes=-4))["work"].ok
    found = patient.examine(at=ago(minutes=-6))["work"]
    (overdue,) = found.overdue
    assert (found.ok, overdue.work, overdue.workflow) == (False, "sale", "synchronize")
    assert "never begun" in found.message


def test_of_much_that_is_overdue_the_oldest_are_named_and_all_counted(patient: Practice) -> None:
    patient.hand_in(
        *(
            retry(id=f"work {hours}", since=ago(hours=hours), next_attempt_at=ago(hours=1))
            for hours in range(9)
        ),
        first=["sale"],
    )
    found = patient.examine(at=ago(minutes=-6))["work"]
    assert [each.work for each in found.overdue] == [f"work {hours}" for hours in (8, 7, 6, 5, 4)]
    assert "not done: 10," in found.message


def test_the_vendor_s_wrong_password_is_mended_with_plugin_update(patient: Practice) -> None:
    patient.sandbox.sandbox.faults.add("status", operation="session", status=401)
    found = patient.examine()[VENDOR]
    assert (found.ok, "pluginUpdate" in found.mend) == (False, True)
    assert "password" in found.message


def test_a_vendor_that_is_away_is_told_apart_from_a_wrong_password(patient: Practice) -> None:
    patient.sandbox.sandbox.faults.add("drop_connection")
    found = patient.examine()[VENDOR]
    assert not found.ok
    assert "password" not in found.message
    assert found.mend


def test_a_mail_server_that_is_down_names_the_setting_to_mend(patient: Practice) -> None:
    found = patient.examine(smtp_url=f"smtp://clerk:hunter2@{NOBODY}")["mail"]
    assert (found.ok, "BITTITAN_SMTP_URL" in found.mend) == (False, True)
    assert NOBODY in found.message


def test_a_mail_directory_that_cannot_be_written_is_found(patient: Practice) -> None:
    (patient.directory / "mail").write_text("a file where a directory should be")
    found = patient.examine()["mail"]
    assert not found.ok
    assert str(patient.directory / "mail") in found.message


def test_a_secret_that_the_keys_cannot_read_names_the_keys(patient: Practice) -> None:
    found = patient.examine(secret_keys=(generate_key(),))[VENDOR]
    assert not found.ok
    assert "BITTITAN_SECRET_KEYS" in found.message + found.mend


def test_keys_that_are_not_the_database_s_are_named_before_anything_they_open(
    practice: Practice,
) -> None:
    application = practice.application()
    application.migrate()
    application.close()
    found = practice.examine(secret_keys=(generate_key(),))["keys"]
    assert (found.ok, "BITTITAN_SECRET_KEYS" in found.mend) == (False, True)


def test_a_database_of_a_newer_release_is_found_with_the_way_out(patient: Practice) -> None:
    engine = open_engine(patient.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bittitan_migrations SET version_num = '9999'")
    engine.dispose()
    found = patient.examine()["database"]
    assert (found.ok, "newer release" in found.message) == (False, True)
    assert found.mend.startswith("install that release")


def test_an_old_key_that_is_kept_beside_the_new_one_still_reads(patient: Practice) -> None:
    assert patient.examine(secret_keys=(generate_key(), KEY))[VENDOR].ok


def test_a_plugin_that_is_switched_off_is_well_and_told_how_to_switch_on(
    practice: Practice,
) -> None:
    practice.set_up(active=False)
    found = practice.examine()[VENDOR]
    assert (found.ok, "switched off" in found.message) == (True, True)
    assert "pluginUpdate" in found.mend


def test_a_plugin_that_is_switched_off_does_not_ask_the_vendor(practice: Practice) -> None:
    practice.set_up(active=False)
    practice.sandbox.sandbox.faults.add("drop_connection")
    assert practice.examine()[VENDOR].ok


def test_a_platform_that_was_never_attached_is_found(practice: Practice) -> None:
    found = practice.examine()["installation"]
    assert (found.ok, found.message) == (False, "no platform has been attached yet")
    assert "bittitan-plugin serve" in found.mend


def test_a_database_of_another_version_is_mended_by_migrating(patient: Practice) -> None:
    engine = open_engine(patient.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bittitan_migrations SET version_num = '0000'")
    engine.dispose()
    found = patient.examine()["database"]
    assert (found.ok, "bittitan-plugin migrate" in found.mend) == (False, True)


def test_a_database_that_takes_no_writes_is_found_and_says_why(patient: Practice) -> None:
    application = patient.application()
    is_sqlite = application.engine.dialect.name == "sqlite"

    def let_nothing_be_written(raw: Any, _record: object) -> None:
        read_only = "PRAGMA query_only = ON", "SET default_transaction_read_only = on"
        raw.execute(read_only[0] if is_sqlite else read_only[1])
        raw.commit()

    event.listen(application.engine, "connect", let_nothing_be_written)
    found = {finding.check: finding for finding in examine(application)}["database"]
    application.close()
    assert (found.ok, found.message) == (False, "cannot be written: it is read-only")
    assert "may be written" in found.mend


@pytest.fixture
def away(tmp_path: Path, sandbox: SandboxServer) -> Practice:
    """An instance whose PostgreSQL is not there."""
    url = f"postgresql://clerk:hunter2@{NOBODY}/books?connect_timeout=2"
    return Practice(url, tmp_path, sandbox)


def test_a_database_that_is_away_names_the_setting_to_mend(away: Practice) -> None:
    found = away.examine()["database"]
    assert (found.ok, "BITTITAN_DATABASE_URL" in found.mend) == (False, True)


def test_what_depends_on_the_database_is_left_out_when_it_is_away(away: Practice) -> None:
    assert list(away.examine()) == ["settings", "database", "mail"]


@pytest.mark.parametrize(
    "settings", [{}, {"smtp_url": f"smtp://clerk:hunter2@{NOBODY}"}], ids=["database", "mail"]
)
def test_no_finding_shows_a_password(away: Practice, settings: dict[str, Any]) -> None:
    said = "".join(repr(finding) for finding in away.examine(**settings).values())
    assert "clerk" in said
    assert "hunter2" not in said
