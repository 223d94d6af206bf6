"""Settings of the process, from the environment (prefix ``BITTITAN_``).

What belongs to one installation (credentials, clocks, terms) is plugin configuration instead:
see ``domain/configuration.py``.
"""

import os
import re
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from bittitan_plugin.base.cipher import generate_key, is_key
from bittitan_plugin.base.private_files import private_directory
from bittitan_plugin.base.smtp_server import SmtpServer
from bittitan_plugin.domain.errors import Refusal


class Environment(StrEnum):
    """Where the process runs; production is strict."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How log lines are written."""

    CONSOLE = "console"
    #: Warnings and errors only, for a terminal that shows other output.
    QUIET = "quiet"
    JSON = "json"


class Settings(BaseSettings):
    """Every field is an environment variable with the prefix ``BITTITAN_``."""

    model_config = SettingsConfigDict(
        env_prefix="BITTITAN_",
        extra="ignore",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    # First, because later fields are checked by it: so all faults are reported at once.
    environment: Environment = Environment.DEVELOPMENT
    #: The directory of files for which no other setting names one.
    var_dir: Path = Path("var")
    #: ``sqlite:///path`` or ``postgresql://…``; also holds the workflow engine's tables.
    database_url: str = Field(default="", repr=False)
    #: Encryption keys, comma separated; the first encrypts, all decrypt.
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    #: The address at which users reach this process.
    public_url: str = "http://127.0.0.1:8000"
    #: Whether the embedded shop's checkouts count as paid at once. Never in production.
    demo_payments: bool = False
    #: ``smtp://user:password@host:port``; without it mail is written under ``var/mail``.
    smtp_url: str | None = Field(default=None, repr=False)
    #: Directory of e-mail templates to use before the shipped ones: ``docs/reference/emails.md``.
    mail_templates: Path | None = None
    #: Whether the coupon API may be private or without https; unset: not in production.
    allow_private_addresses: bool | None = None
    #: The most sales that one process works on at once; of other work a quarter of that each.
    worker_concurrency: int = Field(default=48, ge=1, le=1000)
    #: Calls to one vendor's address that all workers together may have under way.
    vendor_calls_in_flight: int = Field(default=32, ge=1, le=1000)
    #: Calls per second to one vendor's address from all workers together; 0 for no limit.
    vendor_calls_per_second: float = Field(default=0, ge=0, le=10_000)
    #: Days that finished work is kept in the workflow engine's tables.
    workflow_retention_days: int = Field(default=30, ge=1, le=3650)
    #: The token that ``/metrics`` requires; empty: anybody may read it.
    metrics_token: str = Field(default="", repr=False)
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("database_url", "secret_keys")
    @classmethod
    def _production_has_no_defaults(cls, value: object, info: ValidationInfo) -> object:
        if not value and info.data.get("environment") is Environment.PRODUCTION:
            raise ValueError("production needs it to be set")
        return value

    @field_validator("demo_payments")
    @classmethod
    def _production_is_paid(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("environment") is Environment.PRODUCTION:
            raise ValueError("production must not pay orders by itself: licences would be free")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and value.partition(":")[0].partition("+")[0] not in {"sqlite", "postgresql"}:
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("secret_keys")
    @classmethod
    def _usable_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place, key in enumerate(value, start=1):
            if not is_key(key):
                raise ValueError(f"key number {place} is not 32 bytes in URL-safe base64")
        return value

    @field_validator("public_url")
    @classmethod
    def _for_browsers(cls, value: str) -> str:
        # It becomes links in e-mails, the issuer of tokens, and decides whether cookies are secure.
        if not _is_web_address(value):
            raise ValueError("it must be like https://shop.example, and nothing behind the path")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _not_to_be_guessed(cls, value: str) -> str:
        if value and not re.fullmatch(r"[!-~]{16,}", value):
            raise ValueError("it must have 16 characters or more, of ASCII and without blanks")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _usable_server(cls, value: str | None) -> str | None:
        if value:
            try:
                SmtpServer.from_url(value)
            except Refusal as refusal:
                raise ValueError(refusal.message) from None
        return value

    @field_validator("mail_templates")
    @classmethod
    def _a_directory(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("it must be a directory that exists")
        return value

    @property
    def database(self) -> str:
        """The database's address, with the development default filled in."""
        return self.database_url or f"sqlite:///{self.var_dir / 'bittitan.sqlite'}"

    @property
    def calls_private_addresses(self) -> bool:
        """Whether the coupon API may have a private address, as a sandbox has."""
        if self.allow_private_addresses is None:
            return self.environment is Environment.DEVELOPMENT
        return self.allow_private_addresses

    @property
    def mail_dir(self) -> Path:
        """Where mail is written when no SMTP server is set."""
        return self.var_dir / "mail"

    def keys(self) -> tuple[str, ...]:
        """The encryption keys; when none is set in development, one is made and kept."""
        return self.secret_keys or (_kept_key(self.var_dir / "secret.key"),)


class InvalidSettings(Exception):
    """One or more settings are missing or wrong; the message names every one of them."""


def load_settings(*further: type[BaseSettings]) -> Settings:
    """Read the environment. Raises ``InvalidSettings``, which names every fault.

    ``further`` settings, such as a platform's own, are checked together with the process's.
    """
    kinds: list[type[BaseSettings]] = [Settings, *further]
    wrong = [fault for kind in kinds for fault in _faults(kind)]
    if wrong:
        raise InvalidSettings("Correct these settings:\n" + "\n".join(wrong))
    return Settings()


def _faults(kind: type[BaseSettings]) -> list[str]:
    prefix = kind.model_config.get("env_prefix", "")
    try:
        kind()
    except ValidationError as error:
        return [
            # What is wrong with several together has no place of its own.
            f"  {prefix}{str(next(iter(fault['loc']), '*')).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
    except SettingsError as error:
        return [f"  {prefix}*: {error}"]
    return []


def _is_web_address(text: str) -> bool:
    if any(c.isspace() or not c.isprintable() for c in text):
        return False
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    bare = not (parts.query or parts.fragment or parts.username)
    return parts.scheme in {"https", "http"} and usable and bare


def _kept_key(path: Path) -> str:
    if not path.exists():
        private_directory(path.parent)
        # Written whole under another name, with mode 600, then linked: of two processes starting
        # together one link wins, and neither can read a file the other has yet to fill.
        with NamedTemporaryFile("w", dir=path.parent, prefix=".key-") as draft:
            draft.write(generate_key())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
