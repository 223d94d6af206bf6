"""What a BITTITAN_SMTP_URL may say, and that a wrong one is refused without quoting it."""

from pathlib import Path

import pytest

from bittitan_plugin.base.smtp_server import SmtpServer
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.mail.transports import FileMailer, SmtpMailer, mailer_from
from tests.tables import every

PASSWORD = "Tr0ub4dor"


def test_user_and_password_are_decoded() -> None:
    server = SmtpServer.from_url("smtp://me%40example.org:p%2Fq@mail.example.org:2525")
    assert (server.user, server.password, server.port) == ("me@example.org", "p/q", 2525)


@pytest.mark.parametrize(("scheme", "port"), [("smtp", 587), ("smtps", 465)])
def test_the_port_follows_the_scheme(scheme: str, port: int) -> None:
    assert SmtpServer.from_url(f"{scheme}://mail.example.org").port == port


@every(
    "url, starttls",
    [
        ("smtp://mail.example.org", True),
        ("smtp://mail.example.org?starttls=true", True),
        ("smtp://mail.example.org?starttls=false", False),
        ("smtp://localhost:1025", False),
        ("smtp://127.0.0.1:1025", False),
        ("smtp://[::1]:1025", False),
        ("smtp://localhost:1025?starttls=true", True),
        ("smtps://mail.example.org", False),
    ],
)
def test_mail_leaves_the_machine_unencrypted_only_when_told_to(url: str, starttls: bool) -> None:
    assert SmtpServer.from_url(url).starttls is starttls


@every(
    "url",
    [
        f"http://me:{PASSWORD}@mail.example.org",
        f"smtp://me:{PASSWORD}@",
        f"smtp://me:{PASSWORD}/x@mail.example.org",
        f"smtp://me:{PASSWORD}@mail.example.org:port",
        f"smtp://me:{PASSWORD}@mail.example.org:99999",
        f"smtp://me:{PASSWORD}@mail.example.org?startls=true",
        f"smtp://me:{PASSWORD}@mail.example.org?starttls=yes",
        f"smtp://me:{PASSWORD}@mail.example.org?cafile=/nowhere/ca.pem",
        f"smtp://:{PASSWORD}@mail.example.org",
        f"smtp://me:{PASSWORD}é@mail.example.org",
        f"smtp://me:{PASSWORD}@[mail.example.org",
        f"{PASSWORD}",
    ],
)
def test_a_wrong_url_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(Refusal) as refusal:
        SmtpServer.from_url(url)
    assert (refusal.value.code, refusal.value.field) == (
        ErrorCode.PLUGIN_MISCONFIGURED,
        "SMTP_URL",
    )
    assert PASSWORD not in refusal.value.message


def test_a_server_never_shows_its_password() -> None:
    server = SmtpServer.from_url(f"smtp://me:{PASSWORD}@mail.example.org")
    assert PASSWORD not in f"{server!r} {server}"


def test_a_url_chooses_smtp(tmp_path: Path) -> None:
    assert isinstance(mailer_from("smtp://localhost:1025", tmp_path), SmtpMailer)


@pytest.mark.parametrize("url", [None, ""])
def test_no_url_chooses_files(url: str | None, tmp_path: Path) -> None:
    assert isinstance(mailer_from(url, tmp_path), FileMailer)
