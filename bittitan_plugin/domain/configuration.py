"""The plugin's configuration for one installation: its values, their meaning and their bounds.

How it is presented (labels, help texts) is declared in ``plugin.toml``; a test holds the two
against each other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bittitan_plugin.domain.addresses import is_address
from bittitan_plugin.domain.branding import UNNAMED, Branding
from bittitan_plugin.domain.cancellation import LONGEST_WINDOW_DAYS
from bittitan_plugin.domain.catalogue import DEFAULT_DAYS, PRODUCT_GROUP, ProductType, check_days
from bittitan_plugin.domain.colours import Colour
from bittitan_plugin.domain.coupons import CouponSource, Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invoicing import Party, Taxation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.domain.texts import LONGEST_NAME, LONGEST_QUOTE, check_line, is_line, quoted

#: From whom e-mails come until staff say it; nobody can write there.
NO_SENDER = "licenses@localhost"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Every value has a default, so a new installation can be opened and then filled in."""

    api_url: str = ""
    api_email: str = ""
    #: Encrypted; the only secret among the values.
    api_password: Sealed | None = None
    coupon_source: CouponSource = CouponSource.API
    #: Where the codes of one product type come from; None is ``coupon_source``.
    mailbox_license_source: CouponSource | None = None
    user_migration_bundle_source: CouponSource | None = None
    low_stock_threshold: int = 0
    #: Whether orders that the stock cannot serve are refused before they are paid.
    stop_without_stock: bool = False
    expire_days: int = DEFAULT_DAYS
    validity_days: int = DEFAULT_DAYS
    #: The category of new products, where the platform has categories; empty: staff choose.
    product_category: str = PRODUCT_GROUP
    provision_on: ProvisionOn = ProvisionOn.FULLY_PAID
    synchronize_automatically: bool = True
    #: Whether orders' invoices are made here, where the platform leaves that to its apps.
    issue_invoices: bool = False
    time_zone: str = "UTC"
    refund_window_days: int = LONGEST_WINDOW_DAYS
    automatic_cancellation: bool = False
    #: Largest asset total a customer may cancel without staff; None is no limit.
    automatic_cancellation_limit: Decimal | None = None
    #: Kinds of licence a customer may cancel without staff; empty means every kind.
    automatic_cancellation_product_types: tuple[ProductType, ...] = ()
    #: The distributor's own face; see ``domain/branding.py``.
    brand_name: str = ""
    #: As ``#rrggbb``; empty: ours.
    accent_colour: str = ""
    sender_email: str = NO_SENDER
    sender_name: str = ""
    support_address: str = ""
    staff_email: str = ""
    #: Who sells, as invoices of the platforms' own orders name it; see ``seller``.
    seller_name: str = ""
    seller_street: str = ""
    seller_postal_code: str = ""
    seller_city: str = ""
    seller_country: str = ""
    seller_tax_number: str = ""
    #: Per cent of tax on what is sold; None: no tax is charged.
    tax_rate: Decimal | None = None
    #: Whether prices are gross, with the tax within them; otherwise it is added to them.
    prices_include_tax: bool = True

    @property
    def seller(self) -> Party:
        """Who sells, for an invoice that is issued now."""
        return Party(
            name=self.seller_name or self.brand_name,
            street=self.seller_street,
            postal_code=self.seller_postal_code,
            city=self.seller_city,
            country=self.seller_country,
            tax_number=self.seller_tax_number,
        )

    @property
    def taxation(self) -> Taxation:
        """How a sale that is made now is taxed."""
        return Taxation(rate=self.tax_rate, included=self.prices_include_tax)

    @property
    def zone(self) -> ZoneInfo:
        """The instance's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def branding(self) -> Branding:
        """The distributor's own face, all but its logo."""
        return Branding(
            name=self.brand_name or UNNAMED,
            accent=Colour.read(self.accent_colour),
            sender=self.sender_email,
            sender_name=self.sender_name or self.brand_name,
            support_address=self.support_address or _told(self.sender_email),
        )

    def source_of(self, product_type: ProductType) -> CouponSource:
        """Where the codes of new sales of that kind come from. Assets keep their own source."""
        own = {
            ProductType.MAILBOX_LICENSE: self.mailbox_license_source,
            ProductType.USER_MIGRATION_BUNDLE: self.user_migration_bundle_source,
        }[product_type]
        return own or self.coupon_source

    @property
    def uses_api(self) -> bool:
        """Whether any kind of licence is sold from the coupon API."""
        return any(self.source_of(kind) is CouponSource.API for kind in ProductType)

    @property
    def knows_api(self) -> bool:
        """Whether the coupon API can be asked, if only about what was sold from it earlier."""
        return bool(self.api_url and self.api_email and self.api_password)

    @property
    def coupon_account(self) -> str | None:
        """A digest of the vendor's account used with the coupon API; None without one.

        Our rule: only address and e-mail identify an account. Another password is the same
        account; whether another address or e-mail is the same one, only people can say.
        """
        if not self.knows_api:
            return None
        where = urlsplit(self.api_url)
        named = (where.netloc.casefold(), where.path.rstrip("/"), self.api_email.casefold())
        return sha256("\n".join(named).encode()).hexdigest()

    def cancels_automatically(self, product_type: ProductType) -> bool:
        """Whether customers may cancel licences of that kind without staff. Documented."""
        kinds = self.automatic_cancellation_product_types
        return self.automatic_cancellation and (not kinds or product_type in kinds)

    def changed(self, name: str, value: str | None) -> "Configuration":
        """This configuration with one value read from text.

        None leaves the value as it is, which is the platform's convention for secrets.
        ``api_password`` must arrive sealed. Raises ``Refusal`` on the value's own name.
        """
        if value is None:
            return self
        if name not in _READERS:
            known = ", ".join(field.name for field in fields(self))
            raise Refusal(
                ErrorCode.INVALID,
                f"There is no setting {quoted(name)}; there are: {known}.",
                field=name[:LONGEST_QUOTE],
            )
        parsed: dict[str, Any] = {name: _READERS[name](name, value.strip())}
        return replace(self, **parsed)

    def check_complete(self) -> None:
        """What must be filled in before the plugin can be switched on. Raises ``Refusal``."""
        for refusal in self.missing():
            raise refusal

    def missing(self) -> list[Refusal]:
        """Every value that must be filled in before the plugin can be switched on."""
        return self.missing_for_api() if self.uses_api else []

    def missing_for_api(self) -> list[Refusal]:
        """Every value that calls to the coupon API need and that is empty."""
        needed: Mapping[str, object] = {
            "api_url": self.api_url,
            "api_email": self.api_email,
            "api_password": self.api_password,
        }
        return [
            Refusal(
                ErrorCode.REQUIRED,
                f"'{name}' is needed to obtain coupons from the coupon API.",
                field=name,
            )
            for name, value in needed.items()
            if not value
        ]

    def check_api(self) -> None:
        """What calls to the coupon API need. Raises ``Refusal`` REQUIRED on a missing value."""
        for refusal in self.missing_for_api():
            raise refusal


def _told(sender: str) -> str:
    return "" if sender == NO_SENDER else sender


@cache
def time_zones() -> frozenset[str]:
    """Names that mean the same time everywhere. Two names in the list are not places."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _invalid(name, text, "a whole number") from None


def _days(name: str, text: str) -> int:
    return check_days(_whole(name, text), name=name)


def _window(name: str, text: str) -> int:
    days = _whole(name, text)
    if not 0 <= days <= LONGEST_WINDOW_DAYS:
        raise _invalid(
            name, text, f"between 0 and {LONGEST_WINDOW_DAYS} days: BitTitan refunds no later"
        )
    return days


def _count(name: str, text: str) -> int:
    count = _whole(name, text)
    if count < 0:
        raise _invalid(name, text, "zero or more")
    return count


def _switch(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise _invalid(name, text, "true or false")
    return text.lower() == "true"


def _limit(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        # It will be compared in whatever currency an order has, so it keeps money's own bounds.
        limit = Money.of(text, "XXX").amount
    except Refusal as refusal:
        raise Refusal(ErrorCode.INVALID, refusal.message, field=name) from None
    if limit < 0:
        raise _invalid(name, text, "an amount of zero or more")
    return limit


def _kinds(name: str, text: str) -> tuple[ProductType, ...]:
    try:
        wanted = {ProductType(part.strip().upper()) for part in text.split(",") if part.strip()}
    except ValueError:
        known = ", ".join(ProductType)
        raise _invalid(name, text, f"a list, separated by commas, of {known}") from None
    return tuple(kind for kind in ProductType if kind in wanted)


def _zone(name: str, text: str) -> str:
    # Only the list of names counts: files beside them (localtime, Factory, right/…, posixrules)
    # can be opened too, and mean another time on each machine, or count leap seconds.
    if text not in time_zones():
        raise _invalid(name, text, "a time zone such as Europe/Athens")
    return text


def _address(name: str, text: str) -> str:
    if not is_address(text):
        raise _invalid(name, text, "an e-mail address that can be written to")
    return text


def _optional_address(name: str, text: str) -> str:
    return _address(name, text) if text else ""


def _url(name: str, text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise _invalid(name, text, "an address that begins with https://")
    return text.rstrip("/")


def _name(name: str, text: str) -> str:
    return check_line(text, name, required=False)


def _colour(name: str, text: str) -> str:
    if not text:
        return ""
    colour = Colour.read(text)
    if colour is None:
        raise _invalid(name, text, "a colour written as #rrggbb, such as #0b5394")
    return str(colour)


def _category(name: str, text: str) -> str:
    # A platform makes the category's address of these characters.
    if text and not (is_line(text) and re.search("[A-Za-z0-9]", text)):
        expected = f"one line of at most {LONGEST_NAME} characters with Latin letters or digits"
        raise _invalid(name, text[:40], expected)
    return text


def _country(name: str, text: str) -> str:
    if text and not re.fullmatch("[A-Za-z]{2}", text):
        raise _invalid(name, text, "a country's code of two letters such as GR")
    return text.upper()


def _percent(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text, re.ASCII) or Decimal(text) > 100:
        raise _invalid(name, text, "a rate between 0 and 100 with up to two decimals, such as 24")
    return Decimal(text)


def _choice(kind: type[CouponSource] | type[ProvisionOn]) -> Callable[[str, str], Any]:
    def read(name: str, text: str) -> Any:
        try:
            return kind(text.upper())
        except ValueError:
            raise _invalid(name, text, "one of " + ", ".join(kind)) from None

    return read


def _optional_source(name: str, text: str) -> CouponSource | None:
    source: CouponSource | None = _choice(CouponSource)(name, text) if text else None
    return source


def _sealed(_name: str, text: str) -> Sealed:
    return Sealed(text)


def _invalid(name: str, text: str, expected: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, f"{quoted(text)} is not {expected}.", field=name)


_READERS: dict[str, Callable[[str, str], Any]] = {
    "api_url": _url,
    "api_email": _optional_address,
    "api_password": _sealed,
    "coupon_source": _choice(CouponSource),
    "mailbox_license_source": _optional_source,
    "user_migration_bundle_source": _optional_source,
    "low_stock_threshold": _count,
    "stop_without_stock": _switch,
    "expire_days": _days,
    "validity_days": _days,
    "product_category": _category,
    "provision_on": _choice(ProvisionOn),
    "synchronize_automatically": _switch,
    "issue_invoices": _switch,
    "time_zone": _zone,
    "refund_window_days": _window,
    "automatic_cancellation": _switch,
    "automatic_cancellation_limit": _limit,
    "automatic_cancellation_product_types": _kinds,
    "brand_name": _name,
    "accent_colour": _colour,
    "sender_email": _address,
    "sender_name": _name,
    "support_address": _optional_address,
    "staff_email": _optional_address,
    "seller_name": _name,
    "seller_street": _name,
    "seller_postal_code": _name,
    "seller_city": _name,
    "seller_country": _country,
    "seller_tax_number": _name,
    "tax_rate": _percent,
    "prices_include_tax": _switch,
}
