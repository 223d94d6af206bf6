"""Every page there is, as the application's own routes say it, with one of everything on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.saleor.apps import Registration, SaleorApp
from bittitan_plugin.platforms.saleor.invoice_documents import InvoiceDocument, Position
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.sessions import Session
from bittitan_plugin.services.ports import Tenant
from tests.security.belongings import NOW, RESELLER, settle_in
from tests.security.permission_fixture import SALEOR, Stage
from tests.security.routes import Address, addresses, filled
from tests.wired import saleors_of

#: What answers with something else than a page, by the beginning of its address, and why.
NO_PAGES = {
    "/admin/_api/": "cells and choices that scripts of the lists fetch",
    "/admin/_files/": "files of lists that have any; ours have none",
    "/admin/orders/customers": "customers that the form of an order offers",
    "/admin/orders/end-customers": "end customers that it offers",
    "/admin/static/": "scripts, styles and icons",
    "/static/": "scripts, styles and icons",
    "/brand/": "the picture that the distributor chose",
    "/shop/operations/": "the documents that the shop's script sends",
    "/graphql/": "GraphiQL, a tool of its own for developers; production has none",
    "/saleor/graphql/": "GraphiQL, a tool of its own for developers; production has none",
    "/saleor/manifest": "read by Saleor",
    "/.well-known/": "read by platforms",
    "/livez": "read by load balancers",
    "/readyz": "read by load balancers",
    "/metrics": "read by Prometheus",
}
#: Who opens what; everything else is for anybody.
VIEWERS = {
    "/admin/": "every permission",
    "/portal/": RESELLER,
    "/invoices/": RESELLER,
    "/account/": RESELLER,
}
#: How the addresses of documents end, which a browser downloads.
DOCUMENTS = ("/pdf",)
#: Saleor's Dashboard opens these with a form that says who is looking, and at what.
FRAMES = "/saleor/dashboard"

_PRICE, _TAX = Money.of("13.50", "USD"), Money.of("2.16", "USD")
_POSITION = Position(
    name="Licence",
    sku="MW",
    quantity=1,
    unit_price=_PRICE,
    tax_rate=Decimal("0.19"),
    tax=_TAX,
    total=_PRICE,
)
_BILL = InvoiceDocument(
    number="INV-1",
    is_credit=False,
    order_number="21",
    ordered_at=NOW,
    billed_to=("Example Reseller", "1 High Street"),
    positions=(_POSITION,),
    total=_PRICE,
    taxes={Decimal("0.19"): _TAX},
    by_gift_card=Money.of("5.00", "USD"),
)
_CREDIT = replace(_BILL, number="CR-1-1", is_credit=True, taxes={}, reason="Ordered by mistake")
#: What a Saleor's customers read behind the links of their invoices.
INVOICES = (_BILL, _CREDIT)


@dataclass(frozen=True)
class Everything:
    """The stage with a Saleor beside the embedded shop, each with one of everything."""

    stage: Stage
    url: str

    @cached_property
    def saleor(self) -> SaleorService:
        """The side that answers that Saleor."""
        return saleors_of(self.stage.shop.application).service(self.stage.shop.plugins)

    @cached_property
    def app(self) -> SaleorApp:
        """The app as that Saleor has it, with licences sold there."""
        registration = Registration(
            api_url=SALEOR, domain="saleor.example", app_id="QXBwOjE=", token="t",
            jwks={}, version="3.23",
        )  # fmt: skip
        app = self.saleor.apps.register(registration)
        settle_in(Tenant(self.saleor.ports, app.installation_id), self.stage.ids, "saleor")
        return app

    def paths(self) -> Iterator[str]:
        """The path of every page; that of a sale once for each status that a sale can have."""
        sold = str(self.stage.here.assets["sold"].id)
        for address in self.pages():
            path = filled(self.stage, address.path)
            if sold in path:
                yield from (
                    path.replace(sold, str(asset.id)) for asset in self.stage.here.assets.values()
                )
            elif path.startswith(FRAMES):
                yield f"{path}?{urlencode({'saleorApiUrl': self.app.api_url})}"
            else:
                yield path

    def pages(self) -> Iterator[Address]:
        """The addresses that are opened in a browser."""
        for address in addresses(self.stage.shop.app.routes):
            if address.method != "GET" or address.path.endswith(DOCUMENTS):
                continue
            if not address.path.startswith(tuple(NO_PAGES)):
                yield address

    def frames(self) -> Iterator[tuple[str, dict[str, str]]]:
        """What the Dashboard sends, and where, to show each page of ours there."""
        viewer = Viewer(
            email="clerk@saleor.example", is_staff=True, permissions=frozenset(Permission)
        )
        session = Session(app=self.app, viewer=viewer, expires_at=NOW + timedelta(minutes=30))
        form = {
            "session": self.saleor.sessions.sealed(session),
            "orderId": self.stage.ids.order,
            "customerId": self.stage.ids.customers[RESELLER],
        }
        for address in self.pages():
            if address.path.startswith(FRAMES):
                yield address.path, form
