"""Settings of the process, from the environment (prefix ``BITTITAN_``).

What belongs to one installation (credentials, clocks, terms) is plugin configuration instead:
see ``domain/configuration.py``.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bittitan_plugin.cipher import generate_key


class Environment(StrEnum):
    """Where the process runs; production is strict."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How log lines are written."""

    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """Every field is an environment variable with the prefix ``BITTITAN_``."""

    model_config = SettingsConfigDict(env_prefix="BITTITAN_", extra="ignore", frozen=True)

    #: Where files are kept that nothing else names a place for.
    var_dir: Path = Path("var")
    #: ``sqlite:///path`` or ``postgresql://…``; also holds the workflow engine's tables.
    database_url: str = ""
    #: Encryption keys, comma separated; the first encrypts, all decrypt.
    secret_keys: Annotated[tuple[str, ...], NoDecode] = ()
    #: Under which address users reach this process.
    public_url: str = "http://127.0.0.1:8000"
    #: Saleor API addresses that may register, comma separated.
    saleor_allowed_urls: Annotated[tuple[str, ...], NoDecode] = ()
    #: ``smtp://user:password@host:port``; without it mail is written under ``var/mail``.
    smtp_url: str | None = Field(default=None, repr=False)
    environment: Environment = Environment.DEVELOPMENT
    #: Workflows that run at once in one process.
    worker_concurrency: int = Field(default=16, ge=1, le=1000)
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("secret_keys", "saleor_allowed_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> "Settings":
        if self.environment is Environment.PRODUCTION:
            missing = [
                name
                for name, value in {
                    "BITTITAN_DATABASE_URL": self.database_url,
                    "BITTITAN_SECRET_KEYS": self.secret_keys,
                }.items()
                if not value
            ]
            if missing:
                raise ValueError(f"production needs {' and '.join(missing)} to be set")
        return self

    @property
    def database(self) -> str:
        """The database's address, with the development default filled in."""
        return self.database_url or f"sqlite:///{self.var_dir / 'bittitan.sqlite'}"

    @property
    def mail_dir(self) -> Path:
        """Where mail is written when no SMTP server is set."""
        return self.var_dir / "mail"

    def keys(self) -> tuple[str, ...]:
        """The encryption keys; in development one is made and kept when none is set."""
        return self.secret_keys or (_kept_key(self.var_dir / "secret.key"),)


class InvalidSettings(Exception):
    """One or more settings are missing or wrong; the message names every one of them."""


def load_settings() -> Settings:
    """Read the environment. Raises ``InvalidSettings`` naming all that is wrong at once."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  BITTITAN_{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            if fault["loc"]
            else f"  {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidSettings("These settings need mending:\n" + "\n".join(lines)) from None


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # 'x' makes creation exclusive: of two processes starting together one writes, one reads.
        with open(path, "x", opener=_private) as file:
            file.write(generate_key())
    except FileExistsError:
        pass
    return path.read_text().strip()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)
