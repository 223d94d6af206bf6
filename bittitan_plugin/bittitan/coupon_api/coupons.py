"""Coupons at the vendor. Each answer is held against its question before it is believed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from bittitan_plugin.bittitan.coupon_api.answers import BROKEN_ANSWER, AnswerError, CouponAnswer
from bittitan_plugin.bittitan.coupon_api.authorized_client import Exchange
from bittitan_plugin.bittitan.coupon_api.calls import Call, Effect
from bittitan_plugin.bittitan.coupon_api.failures import failure_of_broken
from bittitan_plugin.bittitan.coupon_api.pages import BrokenPage, rows
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.ports.vendor import ContradictoryAnswer, CouponRequest

#: The contract's code for a coupon that is not, or no longer, listed.
NOT_FOUND = "NOT_FOUND"
_PATH = "/v1/coupons"


def issue(exchange: Exchange, request: CouponRequest) -> Coupon:
    """Issue, or be given the coupon issued before under the same reference."""
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
        path=_PATH,
        effect=Effect.WRITE,
        accepts=frozenset({200, 201}),
        body=body,
    )

    coupon = exchange.ask(call, lambda document: CouponAnswer.read(document).coupon())
    for name, asked in body.items():
        if getattr(coupon, name) != asked:
            raise ContradictoryAnswer(
                f"Could not learn how it went to {call.purpose}: "
                f"the coupon in the answer has another {name}.",
                coupon,
            )
    return coupon


def find(exchange: Exchange, reference: str) -> Coupon | None:
    """The oldest listed coupon of the reference; a lesser vendor may have issued several."""
    purpose = "look the coupon up"
    oldest: CouponAnswer | None = None
    for row in rows(exchange, path=_PATH, purpose=purpose, params={"reference": reference}):
        try:
            if isinstance(row, BrokenPage):
                raise AnswerError(row.reason, malformed=row.malformed)
            answer = CouponAnswer.read(row.document)
            if answer.reference != reference:
                raise AnswerError("a coupon in the answer has another reference")
        except AnswerError as broken:
            raise failure_of_broken(Effect.READ, purpose, broken) from None
        if oldest is None or answer.created_at < oldest.created_at:
            oldest = answer
    return oldest.coupon() if oldest else None


def read(exchange: Exchange, coupon_id: str) -> Coupon:
    """The coupon. Raises ``Rejected`` with code ``NOT_FOUND`` once it is not listed."""
    call = Call(
        purpose="read the coupon",
        method="GET",
        path=f"{_PATH}/{quote(coupon_id, safe='')}",
        effect=Effect.READ,
    )
    return exchange.ask(call, lambda document: _with_id(document, coupon_id))


def cancel(exchange: Exchange, coupon_id: str) -> Coupon:
    """Revoke. An answer that does not say ``CANCELLED`` leaves the outcome unknown."""
    call = Call(
        purpose="cancel the coupon",
        method="POST",
        path=f"{_PATH}/{quote(coupon_id, safe='')}/cancel",
        effect=Effect.WRITE,
    )

    def read(document: object) -> Coupon:
        coupon = _with_id(document, coupon_id)
        if coupon.status is not CouponStatus.CANCELLED:
            raise AnswerError(f"the coupon in the answer is {coupon.status}")
        return coupon

    return exchange.ask(call, read)


def changed_since(exchange: Exchange, instant: datetime) -> Iterator[Coupon]:
    """Every readable coupon, then ``Rejected`` if there was one that could not be read.

    So one broken row neither stops a reconciliation half-way nor goes unnoticed.
    """
    purpose = "read the changed coupons"
    since = instant.astimezone(UTC).isoformat()
    faults: list[str] = []
    number = 0
    for row in rows(exchange, path=_PATH, purpose=purpose, params={"updated_since": since}):
        try:
            if isinstance(row, BrokenPage):
                raise AnswerError(row.reason)
            yield CouponAnswer.read(row.document).coupon()
        except AnswerError as broken:
            number += 1
            faults = faults or [f"row {row.position}: {broken.reason}"]
    if faults:
        raise Rejected(
            BROKEN_ANSWER, f"Could not {purpose} completely: {number} broken; {faults[0]}."
        )


def _with_id(document: object, coupon_id: str) -> Coupon:
    coupon = CouponAnswer.read(document).coupon()
    if coupon.id != coupon_id:
        raise AnswerError("the coupon in the answer has another id")
    return coupon
