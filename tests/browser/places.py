"""A distributor's instance as people meet it in a browser: a real process, database and vendor."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.cli.serving import open_shop
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.platforms.shop.demo_data import install_demo, install_users
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Wanted
from bittitan_plugin.store.unit_of_work import UnitOfWork
from tests.acceptance.processes import serving
from tests.ports import free_port
from tests.waiting import until

Found = TypeVar("Found")


@dataclass
class Place:
    """Where it is reached, and a look behind the counter: its store and its vendor."""

    url: str
    settings: dict[str, str]
    sandbox: SandboxServer

    @cached_property
    def application(self) -> Application:
        """The plugin in this process, on the same database; it runs no work."""
        return build(Settings.model_validate({**self.settings, "log_format": "quiet"}))

    @cached_property
    def installation(self) -> UUID:
        return open_installation(self.application.ports, INSTALLATION).id

    @property
    def mail(self) -> list[str]:
        """What was sent, by the names of the templates."""
        found = sorted((Path(self.settings["var_dir"]) / "mail").glob("*.eml"))
        return [re.split(r"-[0-9a-f]", path.name, maxsplit=1)[0] for path in found]

    def read(self, visit: Callable[[UnitOfWork], Found]) -> Found:
        """One look into the store."""
        with self.application.ports.store.reading(self.installation) as work:
            return visit(work)

    def assets(self) -> list[Asset]:
        """Every asset, the oldest first."""
        wanted = Wanted(sorts=[("purchase_date", False)], limit=100)
        return self.read(
            lambda work: [
                line.asset for line in back_office.assets(work).page(work.session, wanted)
            ]
        )

    def until(self, look: Callable[[], Found | None]) -> Found:
        """What ``look`` finds in the end."""
        return until(look)

    def provisioned(self, count: int) -> list[Asset]:
        """The assets once so many have their coupon."""

        def look() -> list[Asset] | None:
            found = [asset for asset in self.assets() if asset.has_coupon]
            return found if len(found) >= count else None

        return self.until(look)

    def usable_coupons(self) -> int:
        """How many coupons at the vendor can still be redeemed."""
        return sum(coupon.status == "AVAILABLE" for coupon in self.sandbox.sandbox.ledger())


@contextmanager
def new_place(directory: Path) -> Iterator[Place]:
    """An empty instance: its people are there, the plugin is off and knows nothing."""
    with _opened(directory, install_users_only=True) as place:
        yield place


@contextmanager
def open_place(directory: Path, **configuration: str) -> Iterator[Place]:
    """An instance that sells: the plugin is on, three products are published."""
    with _opened(directory, install_users_only=False, configuration=configuration) as place:
        yield place


@contextmanager
def _opened(
    directory: Path, *, install_users_only: bool, configuration: dict[str, str] | None = None
) -> Iterator[Place]:
    port = free_port()
    settings = {
        "database_url": f"sqlite:///{directory / 'shop.sqlite'}",
        "var_dir": str(directory),
        "secret_keys": generate_key(),
        "demo_payments": "true",
        "public_url": f"http://127.0.0.1:{port}",
    }
    with SandboxServer() as sandbox:
        _prepare(settings, None if install_users_only else sandbox, configuration or {})
        with serving(port, **settings):
            place = Place(f"http://127.0.0.1:{port}", settings, sandbox)
            yield place
            if "application" in vars(place):
                place.application.close()


def _prepare(
    settings: dict[str, str], sandbox: SandboxServer | None, configuration: dict[str, str]
) -> None:
    shop = open_shop(Settings.model_validate({**settings, "log_format": "quiet"}))
    shop.application.migrate()
    if sandbox is None:
        install_users(shop.platform)
    else:
        given = {
            "api_url": sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "api_password": DEFAULT_PASSWORD,
            "staff_email": "staff@example.com",
            **configuration,
        }
        shop.platform.plugins.update(
            "bittitan", active=True, configuration=list(given.items()), changed_by="test"
        )
        install_demo(shop.platform)
    shop.application.close()
