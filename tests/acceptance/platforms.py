"""What the story of a sale asks of the platform it happens on; there are two of them.

Whatever is the plugin's own is asked at ``/graphql/`` by the same documents on both.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.acceptance.people import Person

#: As a storefront sends it: ``variantId``, ``quantity``, ``metadata``.
Line = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is true of one platform only. Everything else is the same on both."""

    #: Field and code of the error about a wrong password.
    wrong_password: tuple[str, str | None]
    #: What staff can choose among for one order.
    invoicing_options: list[str]
    #: Whether an executed order says which of them was chosen.
    shows_invoicing: bool
    #: What follows the order, in this order.
    completion: list[str]


class Platform(Protocol):
    """One running platform with the plugin attached, and its people."""

    facts: Facts
    staff: Person
    reseller: Person
    #: A customer who has nothing to do with the reseller.
    other: Person

    def open(self) -> None:
        """Staff come to work."""

    def plugin(self) -> Any:
        """``globalConfiguration`` with ``active`` and ``configuration``, as staff see it."""

    def switch_on(self, values: Mapping[str, str]) -> Any:
        """Save these settings and switch the plugin on; the answer's ``errors``."""

    def for_sale(self, person: Person) -> list[Any]:
        """The variants a storefront shows that person, with ``pricing``."""

    def register(self, person: Person, email: str, company: str) -> Any:
        """A new customer, signed in; its ``id`` and ``email``."""

    def fill_basket(self, line: Line) -> Any:
        """A basket of the reseller's; its ``id`` and ``totalPrice``."""

    def check_out(self, basket_id: str) -> Any:
        """The reseller buys it; ``order`` and ``errors``. Once more after it was refused."""

    def invoicing_options(self) -> list[Any]:
        """What staff can choose among, each with its ``name``."""

    def draft(self, customer_id: str, line: Line) -> Any:
        """An order that staff write for a customer; its ``id`` and ``status``."""

    def execute(self, order_id: str, invoicing: str) -> Any:
        """Staff execute it; its ``status`` and ``invoicing``."""

    def mark_as_paid(self, order_id: str) -> None:
        """Staff have the money."""

    def order(self, order_id: str) -> Any:
        """As staff see it, with ``invoices``, ``totalRefunded`` and ``bittitanAssets``."""


@dataclass
class Shop:
    """A running application on its platform, and its vendor."""

    platform: Platform
    sandbox: SandboxServer
    mail_dir: Path


#: Runs the application on an empty database: its address, and a folder for everything else.
Opening = Callable[[str, Path], AbstractContextManager[Platform]]


@contextmanager
def opened(opening: Opening, database_url: str, var_dir: Path) -> Iterator[Shop]:
    """That platform, and the vendor the plugin will be switched on with."""
    with SandboxServer() as sandbox, opening(database_url, var_dir) as platform:
        yield Shop(platform, sandbox, var_dir / "mail")
