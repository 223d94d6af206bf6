"""BITTITAN_MAIL_TEMPLATES: a distributor's own wording, taken up by the running product."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.ports.mail import Notification
from tests.unit.mail.samples import sample


def subject_sent(var: Path, templates: Path | None) -> str:
    """The subject of a cancellation's e-mail from a shop with these templates."""
    application = build(
        Settings(var_dir=var, secret_keys=(generate_key(),), mail_templates=templates),
        clock=lambda: datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
    )
    application.ports.mailer.send(
        Notification(
            email=sample("cancelled"),
            to="buyer@example.com",
            sender="licenses@example.com",
            key="cancelled-1",
        )
    )
    application.close()
    (file,) = (var / "mail").glob("*.eml")
    return str(message_from_bytes(file.read_bytes(), policy=default)["Subject"])


def test_the_distributors_template_is_used_instead_of_ours(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "cancelled.txt").write_text(
        '{% extends "base.txt" %}{% block subject %}Our own words{% endblock %}'
        "{% block body %}Cancelled.{% endblock %}"
    )
    assert subject_sent(tmp_path, own) == "Our own words"


def test_without_a_directory_ours_is_used(tmp_path: Path) -> None:
    assert subject_sent(tmp_path, None) != "Our own words"
