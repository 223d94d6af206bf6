"""An embedded shop with the plugin and a vendor, all real: where a catalogue comes to be."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from strawberry import Schema

from bittitan_graphql.context import CONTEXT_KEY
from bittitan_hooks import specs
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.inputs import VariantInput
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import ProductRow, ProductTypeRow, VariantRow
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import ServicesDefinition
from bittitan_plugin.services.ports import Ports, Tenant
from tests.fakes.values import account, sold_asset
from tests.integration.graphql_extension.mini_host import host_schema

STAFF = Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(Permission))
OPERATOR = Actor(ActorKind.STAFF, "staff@example.com")
MAILBOX = ProductType.MAILBOX_LICENSE
BUNDLE = ProductType.USER_MIGRATION_BUNDLE


def row(sku: str, name: str = "Mailbox", amount: str = "14.00", **values: Any) -> dict[str, Any]:
    """A row of the vendor's list."""
    price = {"amount": amount, "currency": values.pop("currency", "USD")}
    return {
        "sku": sku,
        "name": name,
        "product_type": MAILBOX.value,
        "list_price": price,
        **values,
    }


@dataclass
class Market:
    """One installation, its platform, its vendor and its staff."""

    application: Application
    platform: ShopPlatform
    plugins: specs.CommercePlugins
    sandbox: SandboxServer
    id: UUID
    schema: Schema = field(init=False)

    def __post_init__(self) -> None:
        (self.extension,) = self.plugins.hook.graphql_extension()
        self.schema = host_schema(self.extension)

    @property
    def ports(self) -> Ports:
        return self.application.ports

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.ports, self.id)

    def switch(self, *, active: bool = True, **values: str) -> None:
        """The plugin on or off, with these settings beside those that reach the sandbox."""
        settings = {
            "api_url": self.sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "api_password": DEFAULT_PASSWORD,
            **values,
        }
        kind = specs.PluginActivated if active else specs.PluginDeactivated
        happened = kind(
            active=active,
            configuration=tuple(
                specs.ConfigurationItem(name=name, value=value) for name, value in settings.items()
            ),
        )
        hook = self.plugins.hook
        (hook.plugin_activated if active else hook.plugin_deactivated)(event=happened)

    def vendor_lists(self, *rows: Any) -> None:
        """From now on the vendor's list has these rows."""
        self.sandbox.sandbox.products[:] = rows

    def fetch(self, **options: Any) -> ServicesDefinition:
        return services_definition.fetch(self.tenant, OPERATOR, **options)

    def ask(self, document: str, viewer: Viewer = STAFF, /, **variables: Any) -> Any:
        """The one field's answer, where nothing may go wrong at the top level."""
        context = {CONTEXT_KEY: self.extension.request_scope("default", viewer), "viewer": viewer}
        result = asyncio.run(self.schema.execute(document, variables, context_value=context))
        assert result.errors is None, result.errors
        (answer,) = (result.data or {}).values()
        return answer

    def products(self) -> list[Product]:
        with self.tenant.reading() as work:
            return work.products.all()

    def product(self, sku: str) -> Product:
        """The one product with that article number."""
        (found,) = [product for product in self.products() if product.sku == sku]
        return found

    def sell(self, product: Product) -> None:
        """A customer has bought it before."""
        buyer = account()
        with self.tenant.writing() as work:
            work.accounts.add(buyer)
            sold = sold_asset(account_id=buyer.id, product_id=product.id)
            work.assets.add(sold, OPERATOR, self.ports.clock())

    def presented(self) -> list[Variant]:
        """Everything the platform offers, by SKU."""
        with self.platform.database.reading() as session:
            ids = session.scalars(select(ProductRow.id)).all()
        groups = self.platform.catalogue.variants_of(ids).values()
        return sorted((v for group in groups for v in group), key=lambda v: v.row.sku)

    def variant(self, sku: str) -> Variant:
        """What the platform offers under that SKU."""
        (found,) = [variant for variant in self.presented() if variant.row.sku == sku]
        return found

    def product_types(self) -> list[ProductTypeRow]:
        with self.platform.database.reading() as session:
            return list(session.scalars(select(ProductTypeRow).order_by(ProductTypeRow.slug)))

    def offer(self, sku: str, name: str = "Ours", **values: Any) -> Variant:
        """Staff put a mailbox licence on offer themselves, on the platform."""
        slug = values.pop("product_type", MAILBOX.slug)
        if slug not in self.platform.catalogue.types([slug]):
            self.platform.catalogue.create_type(slug, slug)
        record = self.platform.product_changes.create_product(
            name=name,
            slug=f"p-{uuid4().hex}",
            product_type=slug,
            variants=[VariantInput(sku=sku, prices=[(Decimal("20.00"), "USD")])],
            **values,
        )
        return record.variants[0]

    def variant_id(self, variant: Variant) -> str:
        return global_id(Kind.VARIANT, variant.row.id)

    def variant_of(self, product: Product) -> Variant:
        """The platform's variant that a product is bound to."""
        assert product.variant_id is not None
        key = parse_id(Kind.VARIANT, product.variant_id)
        with self.platform.database.reading() as session:
            row = session.get(VariantRow, key)
        assert row is not None
        return self.variant(row.sku)


def open_market(
    application: Application, plugins: specs.CommercePlugins, sandbox: SandboxServer
) -> Market:
    """A platform attached to the plugin, which is switched on."""
    plugin = BitTitanPlugin(application)
    plugins.register(plugin, name="bittitan")
    ports = application.ports
    platform = ShopPlatform(
        engine=application.engine,
        cipher=ports.cipher,
        clock=ports.clock,
        plugins=plugins,
        public_url="http://shop",
        demo_payments=True,
    )
    installation_id = application.attach("default", platform.host)
    market = Market(application, platform, plugins, sandbox, installation_id)
    market.switch()
    return market
