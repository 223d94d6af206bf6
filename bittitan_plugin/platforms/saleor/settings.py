"""Settings of the Saleor app, from the environment."""

from typing import Annotated

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bittitan_plugin.platforms.saleor.allowed import normal


class SaleorSettings(BaseSettings):
    """Every field is an environment variable with the prefix ``BITTITAN_SALEOR_``."""

    model_config = SettingsConfigDict(
        env_prefix="BITTITAN_SALEOR_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    #: API addresses of the Saleors that may register, comma separated.
    allowed_urls: Annotated[tuple[str, ...], NoDecode] = ()
    #: Dashboards at another origin than their Saleor's API, comma separated.
    dashboard_urls: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("*")
    @classmethod
    def _plain_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if normal(url) is None:
                raise ValueError(f"'{url}' must be like https://shop.example/graphql/")
        return value
