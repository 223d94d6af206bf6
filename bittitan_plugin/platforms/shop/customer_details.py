"""What a customer consists of as people type it, and the checks of it: pure."""

import re
from dataclasses import dataclass, fields
from typing import Any, Required, TypedDict

from bittitan_plugin.domain.billing import LAST_BILLING_DAY
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.texts import check_line, check_typed, quoted, seen
from bittitan_plugin.platforms.shop.inputs import check_email
from bittitan_plugin.platforms.shop.passwords import LONGEST, SHORTEST
from bittitan_plugin.platforms.shop.tables import UserRow

#: The longest postal code and tax number, in characters. Our choice.
LONGEST_POSTAL_CODE, LONGEST_TAX_NUMBER = 20, 50


class DetailsGiven(TypedDict, total=False):
    """The details of a new user, each by its name; see ``CustomerDetails``."""

    email: Required[str]
    name: str
    company: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_number: str
    billing_day: int | None


@dataclass(frozen=True, kw_only=True)
class CustomerDetails:
    """Who a customer is. Every text but the e-mail address may be empty."""

    email: str
    #: The person's own name, as they want to be addressed.
    name: str = ""
    company: str = ""
    #: The address that invoices name.
    street: str = ""
    postal_code: str = ""
    city: str = ""
    #: An ISO 3166-1 code of two letters.
    country: str = ""
    #: The number under which the company pays tax.
    tax_number: str = ""
    #: Day of the month (1-28) on which deferred invoices are issued; None is the first.
    billing_day: int | None = None

    def checked(self, faults: Faults) -> "CustomerDetails":
        """These details as they are kept; what is wrong is collected, each on its field."""

        def line(name: str, longest: int | None = None) -> str:
            return faults.of(lambda: _check_text(getattr(self, name), name, longest), "")

        return CustomerDetails(
            email=faults.of(lambda: check_email(self.email), ""),
            name=line("name"),
            company=line("company"),
            street=line("street"),
            postal_code=line("postal_code", LONGEST_POSTAL_CODE),
            city=line("city"),
            country=faults.of(lambda: _check_country(self.country), ""),
            tax_number=line("tax_number", LONGEST_TAX_NUMBER),
            billing_day=faults.of(lambda: _check_day(self.billing_day), None),
        )

    @classmethod
    def of(cls, row: UserRow) -> "CustomerDetails":
        """Those of a user."""
        return cls(**{each.name: getattr(row, each.name) for each in fields(cls)})

    @property
    def columns(self) -> dict[str, Any]:
        """The values by the columns of ``UserRow`` that keep them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def check_password(password: str) -> str:
    """A password somebody chose. Raises ``Refusal`` on ``password``."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal(
            ErrorCode.INVALID,
            f"A password has {SHORTEST} to {LONGEST} characters.",
            field="password",
        )
    return check_typed(password, "password")


def _check_text(value: str, name: str, longest: int | None) -> str:
    text = check_line(value, name, required=False)
    if longest is not None and len(text) > longest:
        raise Refusal(ErrorCode.INVALID, f"At most {longest} characters.", field=name)
    return text


def _check_country(value: str) -> str:
    country = seen(value).strip().upper()
    if country and re.fullmatch("[A-Z]{2}", country) is None:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quoted(value)} is not the code of a country: two letters, such as DE.",
            field="country",
        )
    return country


def _check_day(day: int | None) -> int | None:
    if day is not None and not 1 <= day <= LAST_BILLING_DAY:
        raise Refusal(
            ErrorCode.INVALID,
            f"A billing day is between 1 and {LAST_BILLING_DAY}.",
            field="billing_day",
        )
    return day
