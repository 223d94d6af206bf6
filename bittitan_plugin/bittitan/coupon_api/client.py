"""Implements the port of the coupon vendor by calls to the coupon API, one per method.

Each answer is checked against its request before it is accepted.
"""

import weakref
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

import httpx

from bittitan_plugin.bittitan.coupon_api.answers import (
    BROKEN_ANSWER,
    AnswerError,
    CouponAnswer,
    PageAnswer,
    PartnerAnswer,
    ProductAnswer,
)
from bittitan_plugin.bittitan.coupon_api.call_limits import CallGate
from bittitan_plugin.bittitan.coupon_api.calls import Call, Effect
from bittitan_plugin.bittitan.coupon_api.failures import failure_of_broken
from bittitan_plugin.bittitan.coupon_api.pages import BrokenPage, Row, rows
from bittitan_plugin.bittitan.coupon_api.session import Session
from bittitan_plugin.bittitan.coupon_api.transport import READ_TIMEOUT, Transport
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.ports.vendor import (
    BrokenRow,
    ContradictoryAnswer,
    CouponRequest,
    Partner,
    VendorProduct,
)

#: The contract's code for a coupon that is not, or no longer, listed.
NOT_FOUND = "NOT_FOUND"
#: Characters of an unreadable value that are quoted to staff.
LONGEST_QUOTE = 40

_COUPONS, _PARTNERS, _PRODUCTS = "/v1/coupons", "/v1/partners", "/v1/products"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class CouponApi:
    """Implements ``CouponVendor`` for one address and one account. Thread-safe; share it.

    Beyond the port: a 401 is answered by signing in once more, reads are tried up to three
    times within two seconds while the vendor is unavailable, writes are sent once. An answer
    that contradicts its request is never accepted: ``OutcomeUnknown`` after a write,
    ``Rejected`` with code ``BROKEN_ANSWER`` after a read.

    ``read_timeout`` is in seconds. ``transport`` replaces the network; ``now`` judges only
    when to renew the ticket; ``gate`` limits and halts the calls. Raises ``Refusal`` on
    ``api_url`` if that is no address.
    """

    def __init__(  # noqa: PLR0913 - what tests replace has names
        self,
        url: str,
        *,
        email: str,
        password: str,
        read_timeout: float = READ_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = _utc_now,
        gate: CallGate | None = None,
    ) -> None:
        _check_address(url)
        way = Transport(url, read_timeout=read_timeout, transport=transport, gate=gate)
        self._url = url
        self._session = Session(way, email=email, password=password, now=now)
        # Connections also close when nobody holds the client or a list that it still reads:
        # so a client that is no longer wanted finishes its work first.
        self._finalizer = weakref.finalize(self._session, way.close)

    def __repr__(self) -> str:
        return f"CouponApi({self._url!r})"

    def close(self) -> None:
        """Close every connection. Closing again does nothing."""
        self._finalizer()

    def check(self) -> None:
        """Sign in again. ``Rejected.field`` is ``api_url``, ``api_email`` or ``api_password``."""
        self._session.check()

    def products(self) -> Iterator[VendorProduct | BrokenRow]:
        """Products in the vendor's order; of two rows with one SKU the first counts.

        An unreadable row, or a whole unreadable page, becomes one ``BrokenRow`` in its place.
        """
        seen: dict[str, int] = {}
        for row in rows(self._session, path=_PRODUCTS, purpose="read the product list", params={}):
            product = _product(row)
            if isinstance(product, VendorProduct):
                first = seen.setdefault(product.sku, row.position)
                if first != row.position:
                    reason = f"sku '{product.sku[:LONGEST_QUOTE]}' is already in row {first}."
                    product = BrokenRow(position=row.position, reason=reason)
            yield product

    def partner(self, email: str) -> Partner | None:
        """The partner with that address, or None."""
        call = Call(
            purpose="look the partner up",
            method="GET",
            path=_PARTNERS,
            effect=Effect.READ,
            params={"email": email},
        )

        def read(document: object) -> Partner | None:
            found = [_partner(row, email) for row in PageAnswer.read(document).items]
            return found[0] if found else None

        return self._session.ask(call, read)

    def register_partner(
        self, *, reference: str, email: str, company: str, password: str | None = None
    ) -> Partner:
        """Make the account known, or adopt the one known under its address.

        An adopted account keeps its own reference.
        """
        body: Mapping[str, object] = {"reference": reference, "email": email, "company": company}
        call = Call(
            purpose="register the partner",
            method="POST",
            path=_PARTNERS,
            effect=Effect.WRITE,
            accepts=frozenset({200, 201}),
            body=body if password is None else {**body, "password": password},
        )
        return self._session.ask(call, lambda document: _partner(document, email))

    def issue(self, request: CouponRequest) -> Coupon:
        """Issue the coupon, or get the one issued before under the same reference.

        Raises ``Rejected`` with ``REFERENCE_CONFLICT`` for other content.
        """
        body = {
            "reference": request.reference,
            "partner_id": request.partner_id,
            "sku": request.sku,
            "quantity": request.quantity,
            "expire_days": request.expire_days,
            "validity_days": request.validity_days,
        }
        call = Call(
            purpose="issue the coupon",
            method="POST",
            path=_COUPONS,
            effect=Effect.WRITE,
            accepts=frozenset({200, 201}),
            body=body,
        )
        coupon = self._session.ask(call, lambda document: CouponAnswer.read(document).coupon())
        for name, asked in body.items():
            if getattr(coupon, name) != asked:
                raise ContradictoryAnswer(
                    f"Could not learn how it went to {call.purpose}: "
                    f"the coupon in the answer has another {name}.",
                    coupon,
                )
        return coupon

    def find(self, reference: str) -> Coupon | None:
        """The oldest listed coupon of the reference; a faulty vendor may have issued several."""
        purpose, params = "look the coupon up", {"reference": reference}
        oldest: CouponAnswer | None = None
        for row in rows(self._session, path=_COUPONS, purpose=purpose, params=params):
            try:
                answer = _coupon_row(row)
                if answer.reference != reference:
                    raise AnswerError("a coupon in the answer has another reference")
            except AnswerError as broken:
                raise failure_of_broken(Effect.READ, purpose, broken) from None
            if oldest is None or answer.created_at < oldest.created_at:
                oldest = answer
        return oldest.coupon() if oldest else None

    def coupon(self, coupon_id: str) -> Coupon | None:
        """The coupon, or None once it is not listed."""
        call = Call(
            purpose="read the coupon",
            method="GET",
            path=f"{_COUPONS}/{quote(coupon_id, safe='')}",
            effect=Effect.READ,
        )
        try:
            return self._session.ask(call, lambda document: _coupon(document, coupon_id))
        except Rejected as rejected:
            # Only the contract's own code; a 404 of some other server does not mean "redeemed".
            if rejected.code == NOT_FOUND:
                return None
            raise

    def cancel(self, coupon_id: str) -> Coupon:
        """Revoke it. After an answer other than ``CANCELLED`` the outcome is unknown."""
        call = Call(
            purpose="cancel the coupon",
            method="POST",
            path=f"{_COUPONS}/{quote(coupon_id, safe='')}/cancel",
            effect=Effect.WRITE,
        )

        def read(document: object) -> Coupon:
            coupon = _coupon(document, coupon_id)
            if coupon.status is not CouponStatus.CANCELLED:
                raise AnswerError(f"the coupon in the answer is {coupon.status}")
            return coupon

        return self._session.ask(call, read)

    def changed_since(self, instant: datetime) -> Iterator[Coupon]:
        """Every readable coupon, then ``Rejected`` if there was one that could not be read.

        So one broken row neither stops a reconciliation half-way nor goes unnoticed.
        """
        purpose = "read the changed coupons"
        params = {"updated_since": instant.astimezone(UTC).isoformat()}
        faults: list[str] = []
        number = 0
        for row in rows(self._session, path=_COUPONS, purpose=purpose, params=params):
            try:
                yield _coupon_row(row).coupon()
            except AnswerError as broken:
                number += 1
                faults = faults or [f"row {row.position}: {broken.reason}"]
        if faults:
            raise Rejected(
                BROKEN_ANSWER, f"Could not {purpose} completely: {number} broken; {faults[0]}."
            )


def _check_address(url: str) -> None:
    try:
        address = httpx.URL(url)
        # A user name in the address would replace the ticket, and appear in logs.
        is_sound = address.host != "" and address.userinfo == b""
    except (httpx.InvalidURL, UnicodeError):
        is_sound = False
    if not is_sound:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED,
            "The address of the coupon API must be like https://host/path, with no user in it.",
            field="api_url",
        )


def _product(row: Row | BrokenPage) -> VendorProduct | BrokenRow:
    if isinstance(row, BrokenPage):
        reason = f"The page from here on is broken: {row.reason}."
        return BrokenRow(position=row.position, reason=reason)
    try:
        return ProductAnswer.read(row.document).product(row.position)
    except AnswerError as broken:
        reason = f"{broken.reason}{_quoted(row.document)}."
        return BrokenRow(position=row.position, reason=reason)


def _quoted(document: object) -> str:
    """The price as the vendor wrote it, if there is one: it is the likeliest fault."""
    price = document.get("list_price") if isinstance(document, Mapping) else None
    amount = price.get("amount") if isinstance(price, Mapping) else price
    return "" if amount is None else f" (the price is written {str(amount)[:LONGEST_QUOTE]!r})"


def _partner(document: object, email: str) -> Partner:
    """The partner, if it is the one asked for: coupons are issued to it."""
    partner = PartnerAnswer.read(document).partner()
    if partner.email.casefold() != email.casefold():
        raise AnswerError("the partner in the answer has another e-mail address")
    return partner


def _coupon_row(row: Row | BrokenPage) -> CouponAnswer:
    if isinstance(row, BrokenPage):
        raise AnswerError(row.reason, malformed=row.malformed)
    return CouponAnswer.read(row.document)


def _coupon(document: object, coupon_id: str) -> Coupon:
    coupon = CouponAnswer.read(document).coupon()
    if coupon.id != coupon_id:
        raise AnswerError("the coupon in the answer has another id")
    return coupon
