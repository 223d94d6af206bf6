"""What is sold: two product types, their products, and each product's two periods in days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self
from uuid import UUID

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import quoted

#: The product group under which the products are presented in a storefront. Documented.
PRODUCT_GROUP = "BitTitan"
#: Whole days a coupon can be redeemed, and its licences used, unless the product says otherwise.
#: Documented: 365 for both.
DEFAULT_DAYS = 365
#: Bounds of both clocks, in days. They are our choice.
SHORTEST_DAYS, LONGEST_DAYS = 1, 3650
#: The most licences of one order line. Our choice: above it, a typing error is likelier.
LARGEST_QUANTITY = 100_000
#: The names of both clocks' attributes on a platform, by the slugs of the properties.
CLOCKS = {"expire": "Expire (days)", "validity": "Validity (days)"}
#: A platform's value of a clock: days, or the text that it has instead of them.
Said = int | str | None


class ProductType(Described):
    """The two kinds of licence; *Get Services Definition* creates one product type for each."""

    MAILBOX_LICENSE = "MAILBOX_LICENSE", "Migrates one mailbox."
    USER_MIGRATION_BUNDLE = (
        "USER_MIGRATION_BUNDLE",
        "Migrates everything one user has; applied to a user by hand.",
    )

    @property
    def label(self) -> str:
        """BitTitan's own spelling, as shown to people. Documented."""
        return _LABELS[self]

    @property
    def slug(self) -> str:
        """How a commerce platform names the product type in addresses and events."""
        return self.label.lower().replace(" ", "-")

    @classmethod
    def from_slug(cls, slug: str) -> Self | None:
        """The product type with that ``slug`` on a platform, or None when it is not ours."""
        return next((kind for kind in cls if kind.slug == slug), None)


_LABELS = {
    ProductType.MAILBOX_LICENSE: "BitTitan Mailbox License",
    ProductType.USER_MIGRATION_BUNDLE: "BitTitan User Migration Bundle",
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the vendor's list says about one article."""

    name: str
    #: The vendor's list price of one licence.
    price: Money


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """A product's clocks as a platform has them: days, or None where the plugin's own count."""

    expire_days: int | None = None
    validity_days: int | None = None
    #: Values that cannot be days, in words.
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlatformVariant:
    """A variant of one of our product types, as the platform shows it."""

    variant_id: str
    #: The platform's product that it is a variant of.
    product_id: str
    product_type: ProductType
    sku: str
    #: As customers read it.
    name: str
    #: Price of one licence, by currency; every currency it is sold in.
    prices: Mapping[str, Money]
    #: Whether customers can see it, or None where the platform did not report it.
    published: bool | None = None
    clocks: Clocks = Clocks()


@dataclass(frozen=True, kw_only=True)
class Product:
    """One sellable licence product, bound to a variant of the platform.

    Changing a product never changes assets already sold: they keep their own copy.
    """

    id: UUID
    product_type: ProductType
    #: The vendor's article number.
    sku: str
    name: str
    #: How long the *coupon code* can be redeemed, in days.
    expire_days: int
    #: How long the *licences* can be used, in days.
    validity_days: int
    #: The platform's variant that sells this product, or None while it is not presented.
    variant_id: str | None = None
    #: The platform's product of that variant: once it is deleted, a platform may not say what its
    #: variants were.
    host_product_id: str | None = None
    published: bool = False
    #: Price of one licence, by currency.
    prices: dict[str, Money] = field(default_factory=dict)
    #: What the vendor's list contained at the last import; None if never imported. It separates
    #: the vendor's changes from the distributor's edits.
    imported: Listed | None = None

    def following(self, variant: PlatformVariant) -> "Product":
        """This product bound to ``variant``, with the platform's values.

        The days stay where the platform has none. The article number stays too (our rule): coupons
        are ordered by it, however the platform numbers its variants.
        """
        return replace(
            self,
            variant_id=variant.variant_id,
            host_product_id=variant.product_id,
            sku=self.sku or variant.sku,
            name=variant.name or self.name,
            prices=dict(variant.prices),
            published=self.published if variant.published is None else variant.published,
            expire_days=variant.clocks.expire_days or self.expire_days,
            validity_days=variant.clocks.validity_days or self.validity_days,
        )

    def released(self) -> "Product":
        """No longer sold by any variant, and withdrawn."""
        return replace(self, variant_id=None, host_product_id=None, published=False)


def check_publishable(product: Product) -> None:
    """What customers can see has a price (documented). Raises ``Refusal`` on ``prices``."""
    if product.published and not product.prices:
        raise Refusal(
            ErrorCode.REQUIRED,
            "A product needs a price in at least one currency before it is published.",
            field="prices",
        )


def check_prices(
    prices: Sequence[tuple[str | Decimal, str]], name: str = "prices"
) -> dict[str, Money]:
    """Prices of one licence by currency, read from pairs of amount and currency.

    Raises every ``Refusal`` at once, on ``prices[n].amount`` or ``.currency``: no amount of money,
    negative, finer than the currency's smallest unit, or the second one in a currency.
    """
    faults = Faults()
    checked: dict[str, Money] = {}
    for index, (amount, currency) in enumerate(prices):
        try:
            price = check_price(Money.of(amount, currency))
            if currency in checked:
                said = f"There are two prices in {currency}."
                raise Refusal(ErrorCode.UNIQUE, said, field="currency")
            checked[currency] = price
        except Refusal as refusal:
            faults.found.append(refusal.within(f"{name}[{index}]"))
    faults.check()
    return checked


def check_price(price: Money) -> Money:
    """A price of zero or more that can be paid. Raises ``Refusal`` on ``amount``."""
    if price.amount < 0:
        raise Refusal(ErrorCode.INVALID, "A price cannot be negative.", field="amount")
    return price.check_payable()


def check_quantity(quantity: int, *, name: str = "quantity") -> int:
    """A whole number of licences, at least 1 (documented) and at most ``LARGEST_QUANTITY``."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quantity!r} is not a number of licences: give a whole number of 1 or more.",
            field=name,
        )
    if quantity > LARGEST_QUANTITY:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quantity} licences in one line are more than the {LARGEST_QUANTITY} allowed; "
            "split the order.",
            field=name,
        )
    return quantity


def read_clocks(expire: Said, validity: Said) -> Clocks:
    """The platform's values of a product's two clocks, taken where they can be days."""
    said = {"expire": expire, "validity": validity}
    days = {name: _days_or_none(value) for name, value in said.items()}
    refused = tuple(
        f"'{CLOCKS[name]}' is {value}"
        for name, value in said.items()
        if value is not None and days[name] is None
    )
    return Clocks(expire_days=days["expire"], validity_days=days["validity"], refused=refused)


def _days_or_none(said: Said) -> int | None:
    try:
        return None if said is None or isinstance(said, str) else check_days(said, name="days")
    except Refusal:
        return None


def check_days(days: int, *, name: str) -> int:
    """A clock's length in whole days, within the accepted range (1–3650, our choice)."""
    if isinstance(days, bool) or not isinstance(days, int):
        said = f"{quoted(days)} is not a whole number of days."
        raise Refusal(ErrorCode.INVALID, said, field=name)
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise Refusal(
            ErrorCode.INVALID,
            f"{days} days is outside {SHORTEST_DAYS}–{LONGEST_DAYS}.",
            field=name,
        )
    return days
