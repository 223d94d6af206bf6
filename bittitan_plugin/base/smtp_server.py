"""Reads the mail server from ``BITTITAN_SMTP_URL`` and checks it against the rules."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: Ports used when the URL names none: submission (RFC 6409) and submission over TLS (RFC 8314).
SUBMISSION_PORT, SUBMISSIONS_PORT = 587, 465
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SCHEMES = {"smtp", "smtps"}
_OPTIONS = {"starttls", "cafile"}


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """A mail server and how to reach it. The password is never part of a repr."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    #: TLS from the first byte (``smtps://``).
    implicit_tls: bool = False
    #: Change to TLS before anything else; if the server does not, nothing is sent.
    starttls: bool = False
    #: Checks the server's certificate against the system's authorities, or those of ``cafile``.
    tls: ssl.SSLContext = field(repr=False, compare=False)

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read ``smtp://user:password@host:587?starttls=true`` or ``smtps://…``.

        Coupon codes are money, so ``smtp://`` means STARTTLS, unless the server is on this machine
        or the URL says ``starttls=false``. ``cafile=PATH`` names the authority of a private
        certificate. Raises ``Refusal`` with the rule that was broken, never quoting the URL.
        """
        parts, options = _parts(url), _options(url)
        host = parts.hostname
        if parts.scheme not in _SCHEMES or not host:
            raise _refusal("it must look like smtp://user:password@host:587 or smtps://host")
        implicit = parts.scheme == "smtps"
        user, password = _credentials(parts)
        return cls(
            host=host,
            port=parts.port or (SUBMISSIONS_PORT if implicit else SUBMISSION_PORT),
            user=user,
            password=password,
            implicit_tls=implicit,
            starttls=not implicit and _starttls(options.get("starttls"), host),
            tls=_tls(options.get("cafile")),
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # The library's message quotes its input, which may be part of the password.
        raise _refusal(
            "its host or port cannot be read; write %2F, %3F and %23 for /, ? and # in a password"
        ) from None
    return parts


def _options(url: str) -> dict[str, str]:
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if not options.keys() <= _OPTIONS:
        raise _refusal(f"after the '?' only {' and '.join(sorted(_OPTIONS))} are known")
    return options


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    user, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    if (user is None) != (password is None):
        raise _refusal("give both a user and a password, or neither")
    if not f"{user}{password}".isascii():
        raise _refusal("user and password must be ASCII: SMTP cannot carry other characters")
    return user, password


def _starttls(value: str | None, host: str) -> bool:
    if value is None:
        return host not in _LOOPBACK
    if value not in {"true", "false"}:
        raise _refusal("starttls is either true or false")
    return value == "true"


def _tls(cafile: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=cafile)
    except OSError as error:
        raise _refusal(f"its cafile cannot be used ({type(error).__name__})") from None


def _refusal(rule: str) -> Refusal:
    return Refusal(ErrorCode.PLUGIN_MISCONFIGURED, f"BITTITAN_SMTP_URL: {rule}.", field="SMTP_URL")
