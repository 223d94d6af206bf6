"""Mail kept as files: one for each notification, whole, and for nobody else's eyes."""

import os
from email import message_from_bytes, policy
from pathlib import Path
from stat import S_IMODE

import pytest

from bittitan_plugin.domain.errors import Rejected, Unavailable
from bittitan_plugin.mail.files import FileMailer
from bittitan_plugin.mail.rendering import Renderer
from tests.unit.mail.samples import CODE, NOW, notification


def mailer(directory: Path) -> FileMailer:
    return FileMailer(directory, Renderer(clock=lambda: NOW))


def test_a_notification_becomes_one_readable_message(tmp_path: Path) -> None:
    mailer(tmp_path).send(notification())
    [file] = tmp_path.iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "olive@example.org"


def test_the_file_is_named_after_its_template(tmp_path: Path) -> None:
    mailer(tmp_path).send(notification())
    [file] = tmp_path.iterdir()
    assert (file.name.split("-")[0], file.suffix) == ("welcome", ".eml")


def test_sending_again_replaces_the_file(tmp_path: Path) -> None:
    mailer(tmp_path).send(notification())
    mailer(tmp_path).send(notification(to="other@example.org"))
    [file] = tmp_path.iterdir()
    assert b"other@example.org" in file.read_bytes()


def test_another_key_adds_a_file(tmp_path: Path) -> None:
    for key in ("welcome:asset-1", "welcome:asset-2"):
        mailer(tmp_path).send(notification(key=key))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_key_cannot_lead_out_of_the_directory(tmp_path: Path) -> None:
    mailer(tmp_path / "mail").send(notification(key="../../etc/passwd"))
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        mailer(tmp_path).send(notification())
    finally:
        os.umask(before)
    [file] = tmp_path.iterdir()
    assert S_IMODE(file.stat().st_mode) == 0o600


def test_a_missing_directory_is_made_for_its_owner_only(tmp_path: Path) -> None:
    mailer(tmp_path / "mail").send(notification())
    assert S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


def test_a_directory_that_cannot_be_made_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file in the way")
    with pytest.raises(Unavailable, match="cannot be written") as error:
        mailer(tmp_path / "mail").send(notification())
    assert CODE not in str(error.value)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    mailer(tmp_path).send(notification())
    [file] = tmp_path.iterdir()
    file.unlink()
    file.mkdir()  # a file cannot replace a directory
    with pytest.raises(Unavailable):
        mailer(tmp_path).send(notification())
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_rendered_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        mailer(tmp_path).send(notification(to="nobody"))
    assert list(tmp_path.iterdir()) == []


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    mailer(tmp_path).check()
    assert list(tmp_path.iterdir()) == []
