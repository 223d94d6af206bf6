"""The coupon API behind the plugin's port: one method per question, one wire call per method."""

import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx

from bittitan_plugin.bittitan.coupon_api import coupons, partners, products
from bittitan_plugin.bittitan.coupon_api.authorized_client import Exchange
from bittitan_plugin.bittitan.coupon_api.call_gate import Lane
from bittitan_plugin.bittitan.coupon_api.session import Session
from bittitan_plugin.bittitan.coupon_api.transport import READ_TIMEOUT, Wire
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.ports.vendor import BrokenRow, CouponRequest, Partner, VendorProduct


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _check_address(url: str) -> None:
    try:
        address = httpx.URL(url)
        # A name in the address would take the ticket's place, and show up in logs.
        is_sound = address.host != "" and address.userinfo == b""
    except (httpx.InvalidURL, UnicodeError):
        is_sound = False
    if not is_sound:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED,
            "The address of the coupon API must be like https://host/path, with no user in it.",
            field="api_url",
        )


class CouponApi:
    """Implements ``CouponVendor`` for one address and one account. Thread-safe; share it.

    Beyond the port: a 401 is answered by signing in once more, reads are tried up to three
    times within two seconds while the vendor is unavailable, writes are sent once. An answer
    that contradicts the question is never accepted: ``OutcomeUnknown`` after a write,
    ``Rejected`` with code ``BROKEN_ANSWER`` after a read.

    ``read_timeout`` is in seconds. ``transport`` replaces the network; ``now`` judges only
    when to renew the ticket; ``lane`` limits and halts the calls. Raises ``Refusal`` on
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
        lane: Lane | None = None,
    ) -> None:
        _check_address(url)
        wire = Wire(url, read_timeout=read_timeout, transport=transport, lane=lane)
        self._url = url
        self._session = Session(wire, email=email, password=password, now=now)
        self._exchange = Exchange(wire, self._session)
        # Connections also close when nobody holds the client, nor a list it is still giving:
        # so a client that is no longer wanted finishes its work first.
        self._finalizer = weakref.finalize(self._exchange, wire.close)

    def __repr__(self) -> str:
        return f"CouponApi({self._url!r})"

    def close(self) -> None:
        """Let go of every connection. Closing again does nothing."""
        self._finalizer()

    def check(self) -> None:
        """See the port. ``Rejected.field`` is ``api_url``, ``api_email`` or ``api_password``."""
        self._session.check()

    def products(self) -> Iterator[VendorProduct | BrokenRow]:
        """See the port. A page that cannot be read is one ``BrokenRow``."""
        return products.products(self._exchange)

    def partner(self, email: str) -> Partner | None:
        """See the port."""
        return partners.find(self._exchange, email)

    def register_partner(
        self, *, reference: str, email: str, company: str, password: str | None = None
    ) -> Partner:
        """See the port. A partner known under the address is adopted with its own reference."""
        return partners.register(
            self._exchange, reference=reference, email=email, company=company, password=password
        )

    def issue(self, request: CouponRequest) -> Coupon:
        """See the port. Raises ``Rejected`` with ``REFERENCE_CONFLICT`` for other content."""
        return coupons.issue(self._exchange, request)

    def find(self, reference: str) -> Coupon | None:
        """See the port."""
        return coupons.find(self._exchange, reference)

    def coupon(self, coupon_id: str) -> Coupon | None:
        """See the port."""
        try:
            return coupons.read(self._exchange, coupon_id)
        except Rejected as rejected:
            # Only the contract's own word; a 404 of some other server is not "redeemed".
            if rejected.code == coupons.NOT_FOUND:
                return None
            raise

    def cancel(self, coupon_id: str) -> Coupon:
        """See the port."""
        return coupons.cancel(self._exchange, coupon_id)

    def changed_since(self, instant: datetime) -> Iterator[Coupon]:
        """See the port. Raises at the end, once, if coupons in between could not be read."""
        return coupons.changed_since(self._exchange, instant)
