"""A shop as it is served, with everybody who could ask and one of everything to ask for.

It is built once; whatever a cell of the matrix changed is put back from a copy of the database.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from strawberry.extensions import ParserCache, ValidationCache

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.patience import Patience
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.cli.serving import Shop, site_of
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.account_credit import AccountCredit
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, ProductType
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.saleor.settings import SaleorSettings
from bittitan_plugin.platforms.shop.catalogue import ProductRecord
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput, VariantInput
from bittitan_plugin.platforms.shop.order_audit import SHOP
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.platforms.shop.web import ShopGraphQL
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.ports import Tenant
from tests.conftest import StandingClock
from tests.fakes.mail import RecordingMailer
from tests.integration.portal.browsing import Visitor
from tests.security.belongings import (
    CLERKS,
    CUSTOMERS,
    INVITED,
    NOW,
    RESELLER,
    Belongings,
    PlatformIds,
    address_of,
    settle_in,
)
from tests.waiting import PATIENCE_S

PASSWORD = "a password for everybody"
ANONYMOUS, APP, ELSEWHERE = "anonymous", "app", "staff elsewhere"
#: Everybody who asks, in the order of the table's columns.
VIEWERS = (ANONYMOUS, *CUSTOMERS, *CLERKS, ELSEWHERE, APP)
#: The tag of what this installation has.
HERE = "avalon"
#: An address that is on the operator's list, so that the routes for a Saleor exist.
SALEOR = "https://saleor.example/graphql/"
#: What an app of Saleor's signs in with there: no token of a person, and so nothing here.
APP_TOKEN = "0123456789abcdef0123456789abcd"


@dataclass(frozen=True, kw_only=True)
class Sold:
    """Ids of what the platform itself holds."""

    order: str
    line: str
    draft: str
    checkout: str
    checkout_line: str
    product: str
    hidden_product: str
    variant: str
    spare_variant: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The shop and all that is in it."""

    shop: Shop
    graphql: ShopGraphQL
    people: Mapping[str, UserRow]
    sold: Sold
    here: Belongings
    ids: PlatformIds
    tenant: Tenant
    #: The other installation.
    other: Tenant
    file: Path

    @property
    def platform(self) -> ShopPlatform:
        return self.shop.platform

    def token(self, viewer: str) -> str | None:
        """What that viewer sends; the token of staff elsewhere is another shop's."""
        if viewer == ANONYMOUS:
            return None
        if viewer == APP:
            return APP_TOKEN
        if viewer == ELSEWHERE:
            return self._foreign.tokens.issue(self.people["every permission"])
        return self.platform.tokens.issue(self.people[viewer])

    async def context(self, viewer: str) -> dict[str, object]:
        """What the web side puts together for that viewer. Raises ``InvalidToken``."""
        token = self.token(viewer)
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        scope = {"type": "http", "headers": headers, "client": ("192.0.2.1", 4711)}
        context = await self.graphql.get_context(Request(scope), Response())
        return self.hurried(context)

    async def context_elsewhere(self) -> dict[str, object]:
        """Staff of the other installation, who may do everything there, on this very schema."""
        context = await self.context(ANONYMOUS)
        (extension,) = self.shop.plugins.hook.graphql_extension()
        staff = Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(Permission))
        scope = extension.request_scope(installation="elsewhere", viewer=staff)
        return self.hurried(context | {"bittitan": scope})

    @staticmethod
    def hurried(context: dict[str, object]) -> dict[str, object]:
        """Nobody works durable work off here, so nobody waits for it."""
        context["bittitan"].patience = Patience(pauses=0)  # type: ignore[attr-defined]
        return context

    @cached_property
    def _foreign(self) -> ShopPlatform:
        """Another shop on the same database with the same keys, under another address."""
        return ShopPlatform(
            engine=self.shop.application.engine,
            cipher=self.shop.application.ports.cipher,
            clock=self.shop.application.ports.clock,
            plugins=self.shop.plugins,
            public_url="http://elsewhere.example",
            demo_payments=True,
        )


@contextmanager
def open_stage(url: str, file: Path, sandbox: SandboxServer) -> Iterator[Stage]:
    """A stage on that migrated database, with BitTitan's part played by the sandbox.

    Its other installation is switched on and has nothing yet.
    """
    settings = Settings(
        database_url=url,
        var_dir=file.parent,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
        public_url="http://shop.example",
    )
    application = build(
        settings,
        clock=StandingClock(NOW),
        mailer=RecordingMailer(),
        platform_settings={"saleor": SaleorSettings(allowed_urls=(SALEOR,))},
    )
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application), name="bittitan")
    platform = ShopPlatform(
        engine=application.engine,
        cipher=application.ports.cipher,
        clock=application.ports.clock,
        plugins=plugins,
        public_url=settings.public_url,
        demo_payments=True,
    )
    shop = Shop(application, platform, plugins)
    shop.start(run_worker=False)
    people = _people(platform)
    platform.tokens.jwks()  # makes the signing key
    sold = _sell(platform, people)
    ids = PlatformIds(
        customers={part: global_id(Kind.USER, people[part].id) for part in CUSTOMERS},
        order=sold.order,
        line=sold.line,
        variant=sold.variant,
    )
    here, there = (
        Tenant(application.ports, _installation(shop, key)) for key in ("default", "elsewhere")
    )
    belongings = settle_in(here, ids, HERE)
    # Not before: it would have made products of the platform's by itself.
    _switch_on(shop, sandbox)
    _execute(platform, sold.order)
    for part in INVITED:
        # In a thread of its own: where a browser is open, a loop runs in this one already.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_invite, shop, people[RESELLER], belongings.accounts[part]).result()
        people[part] = platform.customers.find([people[part].id])[people[part].id]
    schema = build_schema(plugins)
    # What documents may cost is another test's matter; the walk's are long.
    schema.extensions = (lambda: ParserCache(maxsize=99), lambda: ValidationCache(maxsize=99))
    yield Stage(
        shop=shop, graphql=ShopGraphQL(platform, schema, graphiql=False), people=people, sold=sold,
        here=belongings, ids=ids, file=file, tenant=here, other=there,
    )  # fmt: skip
    application.close()


class Rewinding:
    """Puts a SQLite database back to how it was, and knows whether anybody has changed it."""

    def __init__(self, file: Path) -> None:
        self._live = sqlite3.connect(file, timeout=PATIENCE_S)
        # What is put back need not outlive the machine.
        self._live.execute("PRAGMA synchronous = OFF")
        self._kept = sqlite3.connect(":memory:")
        self._live.backup(self._kept)
        self._version = self._read()

    def changed(self) -> bool:
        """Whether another connection has written since the beginning or the last ``rewind``."""
        return self._read() != self._version

    def rewind(self) -> None:
        """Undo whatever was written."""
        self._kept.backup(self._live)
        self._version = self._read()

    def rewound(self, outcome: str, *, closed: bool) -> str:
        """The outcome, with what it changed undone; what is ``closed`` may change nothing."""
        if not self.changed():
            return outcome
        self.rewind()
        return f"{outcome} AND CHANGED SOMETHING" if closed else outcome

    def close(self) -> None:
        self._live.close()
        self._kept.close()

    def _read(self) -> int:
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def rewound(file: Path) -> Iterator[Rewinding]:
    """A database that is afterwards as it was before."""
    rewinding = Rewinding(file)
    try:
        yield rewinding
    finally:
        if rewinding.changed():
            rewinding.rewind()
        rewinding.close()


def _switch_on(shop: Shop, sandbox: SandboxServer) -> None:
    values = {
        "api_url": sandbox.url,
        "api_email": DEFAULT_EMAIL,
        "api_password": DEFAULT_PASSWORD,
        "sender_email": "licenses@example.com",
        "staff_email": "desk@example.com",
    }
    items = tuple(specs.ConfigurationItem(name=k, value=v) for k, v in values.items())
    for key in ("default", "elsewhere"):
        shop.application.attach(key, shop.platform.host)
        shop.plugins.hook.plugin_activated(
            event=specs.PluginActivated(installation=key, active=True, configuration=items)
        )


def _installation(shop: Shop, key: str) -> UUID:
    with shop.application.ports.store.installations() as installations:
        return installations.open(key, NOW).id


def _people(platform: ShopPlatform) -> dict[str, UserRow]:
    def made(part: str, permissions: frozenset[Permission] | None) -> UserRow:
        return platform.customers.create(
            email=address_of(HERE, part) if part in INVITED else f"{_slug(part)}@example.com",
            company=part,
            password=PASSWORD,
            staff_permissions=permissions,
        )

    customers = {part: made(part, None) for part in CUSTOMERS}
    for each in customers.values():
        credit = AccountCredit(allowed=True, limit=Money.of("9000.00", "USD"))
        platform.account_credits.set(each.id, credit, by=SHOP)
    return customers | {part: made(part, permissions) for part, permissions in CLERKS.items()}


def _slug(part: str) -> str:
    return part.replace(" ", "-")


def _invite(shop: Shop, reseller: UserRow, account: Account) -> None:
    """The end customer proves its address, as it would: by the link that was sent there."""
    site = site_of(shop.application, shop.platform)
    inviting, invited = (Visitor(shop.app, site, user) for user in (reseller, None))
    forms = inviting.open("/portal/end-customers").forms
    (form,) = (form for form in forms if form.action.endswith(f"/{account.id}/invitation"))
    inviting.send(form)
    mailer = shop.application.ports.mailer
    assert isinstance(mailer, RecordingMailer)
    link = urlsplit(str(mailer.sent[-1].values["link"])).path
    followed = invited.send(invited.open(link).form(link), password=PASSWORD, again=PASSWORD)
    assert followed.path == "/portal/"


def _execute(platform: ShopPlatform, order: str) -> None:
    key = parse_id(Kind.ORDER, order)
    platform.order_changes.execute(key, Invoicing.NOW)
    platform.order_changes.mark_as_paid(key)
    platform.order_changes.grant_refund(key, Decimal(1), "a gift")


def _sell(platform: ShopPlatform, people: Mapping[str, UserRow]) -> Sold:
    def product(name: str, sku: str, *, published: bool = True) -> ProductRecord:
        return platform.product_changes.create_product(
            name=name,
            product_type=kind.slug,
            collection=PRODUCT_GROUP,
            published=published,
            variants=[VariantInput(sku=sku, name=name, prices=[(Decimal(14), "USD")])],
        )

    kind, _ = [platform.catalogue.create_type(each.label) for each in ProductType]
    licences, hidden = product("Licences", "MW"), product("Hidden", "HIDDEN", published=False)
    variant = global_id(Kind.VARIANT, licences.variants[0].row.id)
    line = LineInput(variant_id=variant, quantity=2, metadata=[("bittitan.friendly_name", "ours")])
    buyer = people[RESELLER]
    order, draft = (platform.drafts.create(buyer, [line]) for _ in range(2))
    basket = platform.checkouts.create(buyer, [line])
    return Sold(
        order=global_id(Kind.ORDER, order.row.id),
        line=global_id(Kind.ORDER_LINE, order.lines[0].id),
        draft=global_id(Kind.ORDER, draft.row.id),
        checkout=global_id(Kind.CHECKOUT, basket.row.id),
        checkout_line=global_id(Kind.CHECKOUT_LINE, basket.lines[0].row.id),
        product=global_id(Kind.PRODUCT, licences.row.id),
        hidden_product=global_id(Kind.PRODUCT, hidden.row.id),
        variant=variant,
        spare_variant=global_id(Kind.VARIANT, hidden.variants[0].row.id),
    )
