"""Chooses where mail goes: to an SMTP server, or into files where none is configured."""

from pathlib import Path

from bittitan_plugin.base.smtp_server import SmtpServer
from bittitan_plugin.mail.files import FileMailer
from bittitan_plugin.mail.rendering import Clock, Renderer, utc_now
from bittitan_plugin.mail.smtp import SmtpMailer

__all__ = ["FileMailer", "SmtpMailer", "mailer_from"]


def mailer_from(
    smtp_url: str | None,
    directory: Path,
    *,
    overrides: Path | None = None,
    clock: Clock = utc_now,
) -> SmtpMailer | FileMailer:
    """The configured mailer: SMTP where a URL is given, otherwise files in ``directory``.

    ``overrides`` is a directory of templates to use before the shipped ones. Raises ``Refusal``
    on ``SMTP_URL`` when the URL breaks a rule.
    """
    renderer = Renderer(overrides, clock=clock)
    if smtp_url:
        return SmtpMailer(SmtpServer.from_url(smtp_url), renderer)
    return FileMailer(directory, renderer)
