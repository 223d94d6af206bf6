"""Demo data: a member of staff, two customers and three products. Safe to install again."""

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, ProductType
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.inputs import VariantInput, slug_of
from bittitan_plugin.platforms.shop.platform import ShopPlatform

STAFF_EMAIL = "staff@example.com"
RESELLER_EMAIL = "reseller@example.com"
CUSTOMER_EMAIL = "customer@example.com"
#: The password of all three users.
DEMO_PASSWORD = "demo-password"  # noqa: S105 - a shop window needs no secret

_FOREIGN_TYPE = "Merchandise"
#: Product type, product, SKU and the third-party list price of December 2025.
_PRODUCTS = (
    (ProductType.MAILBOX_LICENSE.slug, "BitTitan Mailbox License", "MW-MAILBOX", "14.00"),
    (ProductType.USER_MIGRATION_BUNDLE.slug, "User Migration Bundle", "UMB", "17.50"),
    (slug_of(_FOREIGN_TYPE), "Conference mug", "MUG-1", "9.90"),
)


def install_demo(platform: ShopPlatform) -> None:
    """Add what is missing of the demo data; existing rows are not changed."""
    install_users(platform)
    names = {kind.slug: kind.label for kind in ProductType} | {
        slug_of(_FOREIGN_TYPE): _FOREIGN_TYPE
    }
    known = platform.catalogue.types(names)
    for slug, name in names.items():
        if slug not in known:
            platform.catalogue.create_type(name, slug)
    for product_type, name, sku, amount in _PRODUCTS:
        if platform.catalogue.find(slug=slug_of(name)) is None:
            price = Money.of(amount, "USD")
            platform.product_changes.create_product(
                name=name,
                product_type=product_type,
                collection=PRODUCT_GROUP if ProductType.from_slug(product_type) else None,
                published=True,
                variants=[
                    VariantInput(sku=sku, name=name, prices=[(price.amount, price.currency)])
                ],
            )


def install_users(platform: ShopPlatform) -> None:
    """Add only the people; products are added once the plugin is switched on."""
    users = platform.customers
    if users.by_email(STAFF_EMAIL) is None:
        users.create(
            email=STAFF_EMAIL,
            company="Example Distribution",
            password=DEMO_PASSWORD,
            staff_permissions=list(Permission),
        )
    for email, company in (
        (RESELLER_EMAIL, "Example Reseller"),
        (CUSTOMER_EMAIL, "Example Customer"),
    ):
        if users.by_email(email) is None:
            users.create(email=email, company=company, password=DEMO_PASSWORD)
