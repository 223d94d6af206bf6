"""Codes to revoke by hand, from the command line: lists them, and records what staff did.

What follows a confirmation (the credit, the e-mails) is passed to the workers.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from rich.console import Console

from bittitan_plugin.cli.terminal import OPERATOR, Row, open_console, print_json_rows, print_rows
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.revocations import Revocation, RevocationState
from bittitan_plugin.services.installations import named_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.queries.keyset import Page, Window, every_page
from bittitan_plugin.store.queries.lists import revocation_list

#: Revocations that are read at a time.
PAGE = 100
_HEADER = ("id", "before", "order", "licences", "codes", "asked by")

#: What staff did: confirm that the codes are revoked, or report that they had been used.
Decide = Callable[[Tenant, UUID, Actor], Asset]


def list_revocations(
    ports: Ports, key: str, *, as_json: bool = False, console: Console | None = None
) -> int:
    """Print open revocations, the most urgent first; codes masked. Returns the exit status."""
    console = console or open_console()
    try:
        rows = list(_rows(Tenant(ports, named_installation(ports, key).id)))
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    show = print_json_rows if as_json else print_rows
    show(console, _HEADER, rows)
    return 0


def decide_revocation(
    ports: Ports, key: str, revocation: str, decide: Decide, *, console: Console | None = None
) -> int:
    """Record what staff did about one revocation. Returns the exit status: 1 when refused."""
    console = console or open_console()
    try:
        asset = decide(Tenant(ports, named_installation(ports, key).id), _id(revocation), OPERATOR)
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    said = f"order {asset.order_number}, {asset.quantity} licences: {asset.status.lower()}"
    console.print(said, markup=False)
    return 0


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(
            ErrorCode.NOT_FOUND, "There is no such revocation; 'revocations list' shows their ids."
        ) from None


def _rows(tenant: Tenant) -> Iterator[Row]:
    def read(window: Window) -> Page[Revocation]:
        with tenant.reading() as work:
            return revocation_list(work, [RevocationState.AWAITING]).page(window)

    for page in every_page(read, PAGE):
        found = [entry.item for entry in page.entries]
        with tenant.reading() as work:
            assets = work.assets.by_ids([each.asset_id for each in found])
        for each in found:
            yield _row(tenant.ports, each, assets[each.asset_id])


def _row(ports: Ports, revocation: Revocation, asset: Asset) -> Row:
    return (
        str(revocation.id),
        revocation.deadline.isoformat() if revocation.deadline else None,
        asset.order_number,
        asset.quantity,
        ports.cipher.masked(asset.coupon_code) if asset.coupon_code else "",
        revocation.asked_by,
    )
