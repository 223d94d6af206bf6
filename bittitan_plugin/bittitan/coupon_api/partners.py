"""Accounts at the vendor: looked up by address, made known under a reference."""

from collections.abc import Mapping

from bittitan_plugin.bittitan.coupon_api.answers import AnswerError, PageAnswer, PartnerAnswer
from bittitan_plugin.bittitan.coupon_api.authorized_client import Exchange
from bittitan_plugin.bittitan.coupon_api.calls import Call, Effect
from bittitan_plugin.ports.vendor import Partner

_PATH = "/v1/partners"


def find(exchange: Exchange, email: str) -> Partner | None:
    """The partner with that address, or None."""
    call = Call(
        purpose="look the partner up",
        method="GET",
        path=_PATH,
        effect=Effect.READ,
        params={"email": email},
    )

    def read(document: object) -> Partner | None:
        found = [_of_address(row, email) for row in PageAnswer.read(document).items]
        return found[0] if found else None

    return exchange.ask(call, read)


def register(
    exchange: Exchange, *, reference: str, email: str, company: str, password: str | None
) -> Partner:
    """Make the account known, or adopt the one known under its address."""
    body: Mapping[str, object] = {"reference": reference, "email": email, "company": company}
    call = Call(
        purpose="register the partner",
        method="POST",
        path=_PATH,
        effect=Effect.WRITE,
        accepts=frozenset({200, 201}),
        body=body if password is None else {**body, "password": password},
    )
    return exchange.ask(call, lambda document: _of_address(document, email))


def _of_address(document: object, email: str) -> Partner:
    """Never somebody else's account: coupons would be issued to it."""
    partner = PartnerAnswer.read(document).partner()
    if partner.email.casefold() != email.casefold():
        raise AnswerError("the partner in the answer has another e-mail address")
    return partner
