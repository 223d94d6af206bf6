"""The asset: one order line turned into one coupon, and everything known about it.

It is in one file with its history, its cancellation terms and requests, because they refer to each
other.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import strawberry
from graphql import GraphQLError

from bittitan_graphql.access import require, sees, sees_account, sees_terms
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.global_ids import ASSET, CANCELLATION_REQUEST, global_id
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_graphql.types.catalogue import BitTitanProduct, BitTitanProductType
from bittitan_graphql.types.money import BitTitanInvoice, BitTitanMoney, BitTitanRefund
from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningError, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import ActorKind, HistoryEntry
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.domain.retries import Retry

#: The end of the description of a field that only the buyer and staff may see.
_BUYER = " Requires MANAGE_ORDERS or to be the account that bought it, else null."


@strawberry.type(description="Why there is no coupon code yet.")
class BitTitanProvisioningError:
    """Customers get only the code; the message is for staff."""

    code: ErrorCode = strawberry.field(description="For programs.")
    message: str | None = strawberry.field(
        description="In words an operator can act on. Requires MANAGE_ORDERS, else null."
    )

    @classmethod
    def of(
        cls, error: ProvisioningError | None, *, in_words: bool
    ) -> "BitTitanProvisioningError | None":
        """From the domain's value."""
        if error is None:
            return None
        return cls(code=error.code, message=error.message if in_words else None)


@strawberry.type(description="One recorded change of an asset. Entries are only ever added.")
class BitTitanHistoryEntry:
    """Coupon codes never appear in it."""

    at: datetime = strawberry.field(description="When it happened.")
    actor_kind: ActorKind = strawberry.field(description="Who caused it.")
    actor_name: str = strawberry.field(description="An e-mail address or the name of an event.")
    field: str = strawberry.field(description="Which of the asset's fields changed.")
    before: str | None = strawberry.field(description="The value it had, in words.")
    after: str | None = strawberry.field(description="The value it got, in words.")

    @classmethod
    def of(cls, entry: HistoryEntry) -> "BitTitanHistoryEntry":
        """From the domain's value."""
        return cls(
            at=entry.at,
            actor_kind=entry.actor.kind,
            actor_name=entry.actor.name,
            field=entry.change.field,
            before=entry.change.before,
            after=entry.change.after,
        )


@strawberry.type(description="Work on an asset that could not be finished and is tried again.")
class BitTitanNextAttempt:
    """Staff only: it quotes the vendor and the platform."""

    at: datetime = strawberry.field(description="When it falls due, or fell due if it is late.")
    since: datetime = strawberry.field(description="When the step failed first.")
    step: str = strawberry.field(description="The step that could not be done, by its name.")
    code: ErrorCode = strawberry.field(description="Why, for programs.")
    reason: str = strawberry.field(description="Why, in words an operator can act on.")
    attempt: int = strawberry.field(
        description="The number of the attempt: as many were made before it."
    )
    is_under_way: bool = strawberry.field(description="Whether it is at work, or about to be.")

    @classmethod
    def of(cls, retry: Retry) -> "BitTitanNextAttempt":
        """From the domain's value."""
        return cls(
            at=retry.next_attempt_at,
            since=retry.since,
            step=retry.step,
            code=retry.error_code,
            reason=retry.reason,
            attempt=retry.attempt,
            is_under_way=retry.is_handed_in,
        )


@strawberry.type
class AssetTerms:
    """The asset's fields that are between its buyer and the distributor.

    An end customer gets null for each: it must not see what its reseller paid, the invoices, the
    address for mail, and the terms of cancelling.
    """

    source: strawberry.Private[Asset]

    @field("Where the welcome e-mail goes." + _BUYER)
    async def recipient_email(self, info: strawberry.Info) -> str | None:
        """The order's address, which is the reseller's."""
        return self.source.recipient_email if await self._shown(info) else None

    @field("The price of one licence, rounded by the platform: no factor of the total." + _BUYER)
    async def unit_price(self, info: strawberry.Info) -> BitTitanMoney | None:
        """As it was at the sale."""
        return BitTitanMoney.of(self.source.unit_price) if await self._shown(info) else None

    @field("What all of them cost, tax included, as the platform's order line says." + _BUYER)
    async def total(self, info: strawberry.Info) -> BitTitanMoney | None:
        """As the platform reported it."""
        return BitTitanMoney.of(self.source.total) if await self._shown(info) else None

    @field("The tax within the total, where the platform states it." + _BUYER)
    async def tax(self, info: strawberry.Info) -> BitTitanMoney | None:
        """Null also where the platform states none."""
        if self.source.tax is None or not await self._shown(info):
            return None
        return BitTitanMoney.of(self.source.tax)

    @field("The invoice it is billed on, once the platform has issued it." + _BUYER)
    async def invoice(self, info: strawberry.Info) -> BitTitanInvoice | None:
        """Its document names the reseller and the price."""
        return BitTitanInvoice.of(self.source.invoice) if await self._shown(info) else None

    @field(
        "The credit invoice for the full amount, once it is cancelled and credited; none where "
        "nothing was invoiced." + _BUYER
    )
    async def credit_invoice(self, info: strawberry.Info) -> BitTitanInvoice | None:
        """Its document names the reseller and the price, too."""
        return BitTitanInvoice.of(self.source.credit_invoice) if await self._shown(info) else None

    @field("What became of the money, once a cancellation asked for it." + _BUYER)
    async def refund(self, info: strawberry.Info) -> BitTitanRefund | None:
        """It goes to whoever paid."""
        return BitTitanRefund.of(self.source.refund) if await self._shown(info) else None

    @field("Whether it can be cancelled now, until when, for how much." + _BUYER)
    async def cancellation(self, info: strawberry.Info) -> "BitTitanCancellation | None":
        """Makes no calls and changes nothing."""
        if not await self._shown(info):
            return None
        terms = await scope_of(info).loaders.terms.load(self.source)
        return BitTitanCancellation.of(terms, self.source)

    async def _shown(self, info: strawberry.Info) -> bool:
        return await sees_terms(scope_of(info), self.source)


@strawberry.type(
    description="One sale: an order line turned into one coupon code for so many licences. "
    "Requires MANAGE_ORDERS, or to be the account that bought it or the end customer."
)
class BitTitanAsset(AssetTerms):
    """Related objects are loaded together for a whole page."""

    id: strawberry.ID = strawberry.field(description="Global id.")
    name: str = strawberry.field(description="The product's name at purchase.")
    friendly_name: str | None = strawberry.field(description="What the buyer calls it.")
    product_type: BitTitanProductType = strawberry.field(description="What kind of licence it is.")
    order_id: strawberry.ID = strawberry.field(description="The platform's order.")
    order_number: str = strawberry.field(description="The number people know the order by.")
    order_line_id: strawberry.ID = strawberry.field(
        description="The line it was made from: one line, one asset, one coupon."
    )
    quantity: int = strawberry.field(description="Licences behind the one coupon code.")
    purchase_date: datetime = strawberry.field(
        description="When the asset was created; the cancellation window starts on that day."
    )
    expire_days: int = strawberry.field(
        description="Expire: days in which the *coupon code* can be redeemed."
    )
    validity_days: int = strawberry.field(
        description="Validity: days in which the *licences* can be used."
    )
    coupon_status: CouponStatus = strawberry.field(
        description="What became of the coupon at BitTitan, as last heard."
    )
    coupon_status_inferred: bool = strawberry.field(
        description="Whether BitTitan never said so: it only stopped listing the coupon. It is "
        "corrected as soon as the coupon is listed again."
    )
    coupon_expires_at: datetime | None = strawberry.field(
        description="When the coupon code stops being redeemable."
    )
    provisioning_status: ProvisioningStatus = strawberry.field(
        description="Whether the coupon code was obtained."
    )
    status: AssetStatus = strawberry.field(description="Where the asset is in its life.")
    cancelled_at: datetime | None = strawberry.field(description="When it was cancelled.")

    @field(
        "What BitTitan's portal takes at Settings > Enter Coupon; several codes are separated by "
        "a space. Null until it was "
        "obtained. Requires MANAGE_ORDERS, or to be the buying account or the end customer."
    )
    async def coupon_code(self, info: strawberry.Info) -> str | None:
        """Stored encrypted; decrypted only here."""
        scope, sealed = scope_of(info), self.source.coupon_code
        if sealed is None or not await sees(scope, self.source):
            return None
        try:
            return scope.tenant.ports.cipher.open(sealed)
        except UnreadableSecret:
            raise GraphQLError(
                "The coupon code cannot be read; ask the distributor.",
                extensions={"exception": {"code": "PLUGIN_MISCONFIGURED"}},
            ) from None

    @field(
        "The same code by code: from stock, several may serve one asset. Requires as `couponCode`."
    )
    async def coupon_codes(self, info: strawberry.Info) -> list[str] | None:
        """One code, where it came from the coupon API."""
        whole = await self.coupon_code(info)
        if whole is None:
            return None
        from_stock = self.source.coupon_source is CouponSource.STOCK
        return whole.split(" ") if from_stock else [whole]

    @field("Why there is no coupon code yet, if something is wrong.")
    def provisioning_error(self, info: strawberry.Info) -> BitTitanProvisioningError | None:
        """The message may name settings and addresses, so customers get only the code."""
        in_words = scope_of(info).viewer.may(Permission.MANAGE_ORDERS)
        return BitTitanProvisioningError.of(self.source.provisioning_error, in_words=in_words)

    @field(
        "The product it was bought as, with its values of today; without prices to the end "
        "customer while it is not published."
    )
    async def product(self, info: strawberry.Info) -> BitTitanProduct | None:
        """Shown even when it is no longer published; then only the buyer sees its prices."""
        scope = scope_of(info)
        product = await scope.loaders.product.load(self.source.product_id)
        if product is not None and not product.published:
            shown = await sees_terms(scope, self.source)
            product = product if shown else replace(product, prices={})
        return BitTitanProduct.of(product) if product else None

    @field("The account that bought it. Requires MANAGE_ORDERS or to be that account, else null.")
    async def account(self, info: strawberry.Info) -> BitTitanAccount | None:
        """Null for an end customer, who may not see its reseller's account."""
        return await _account(scope_of(info), self.source.account_id)

    @field("The end customer it was bought for, if a reseller bought it.")
    async def end_customer(self, info: strawberry.Info) -> BitTitanAccount | None:
        """Null for an asset that its buyer uses."""
        if self.source.end_customer_id is None:
            return None
        return await _account(scope_of(info), self.source.end_customer_id)

    @field("Every change of it, oldest first. Requires MANAGE_ORDERS.")
    async def history(self, info: strawberry.Info) -> list[BitTitanHistoryEntry] | None:
        """Staff only: it names people and quotes the vendor."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        entries = await scope.loaders.history.load(self.source.id)
        return [BitTitanHistoryEntry.of(entry) for entry in entries]

    @field(
        "What could not be finished and is tried again, the next first where there is more than "
        "one; null while nothing waits. Requires MANAGE_ORDERS."
    )
    async def next_attempt(self, info: strawberry.Info) -> BitTitanNextAttempt | None:
        """Loaded together for a whole page."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        retry = await scope.loaders.next_attempt.load(self.source.id)
        return BitTitanNextAttempt.of(retry) if retry else None

    @classmethod
    def of(cls, asset: Asset) -> "BitTitanAsset":
        """From the domain's value. Whoever calls this has made sure the viewer may see it."""
        same = ("name", "friendly_name", "order_number", "quantity", "coupon_status_inferred")
        times = ("purchase_date", "expire_days", "validity_days", "coupon_expires_at")
        states = ("coupon_status", "provisioning_status", "status", "cancelled_at")
        return cls(
            **{name: getattr(asset, name) for name in (*same, *times, *states)},
            source=asset,
            id=global_id(ASSET, asset.id),
            product_type=BitTitanProductType.of(asset.product_type),
            order_id=strawberry.ID(asset.order_id),
            order_line_id=strawberry.ID(asset.order_line_id),
        )


@strawberry.type(description="Whether an asset can be cancelled now, until when, for how much.")
class BitTitanCancellation:
    """Reading it changes nothing."""

    asset_key: strawberry.Private[UUID]
    allowed: bool = strawberry.field(description="Whether it can be cancelled now.")
    code: ErrorCode | None = strawberry.field(description="Why not, for programs.")
    message: str = strawberry.field(description="One sentence for people, in either case.")
    deadline: datetime = strawberry.field(
        description="The first instant at which it is too late: the midnight that ends the last "
        "day of the window, in the time zone of the sale. No setting moves it later."
    )
    time_zone: str = strawberry.field(
        description="The time zone whose calendar days count, as `Europe/Athens`: the "
        "installation's on the day of the sale."
    )
    refund: BitTitanMoney = strawberry.field(
        description="What a cancellation credits: always the full amount."
    )
    automatic: bool = strawberry.field(
        description="Whether a customer's cancellation would execute without staff."
    )

    @field("The request that waits for staff, if there is one.")
    async def request(self, info: strawberry.Info) -> "BitTitanCancellationRequest | None":
        """Decided ones are in `bittitanCancellationRequests`."""
        pending = await scope_of(info).loaders.pending_request.load(self.asset_key)
        return BitTitanCancellationRequest.of(pending) if pending else None

    @classmethod
    def of(cls, terms: CancellationTerms, asset: Asset) -> "BitTitanCancellation":
        """From the domain's values."""
        return cls(
            asset_key=asset.id,
            allowed=terms.allowed,
            code=terms.code,
            message=terms.message,
            deadline=terms.closes_at,
            time_zone=str(terms.closes_at.tzinfo),
            refund=BitTitanMoney.of(terms.refund),
            automatic=terms.automatic,
        )


@strawberry.type(description="A customer's request to cancel an asset; staff decide about it.")
class BitTitanCancellationRequest:
    """Whoever may see the asset may see its request."""

    source: strawberry.Private[CancellationRequest]
    id: strawberry.ID = strawberry.field(description="Global id.")
    asset_id: strawberry.ID = strawberry.field(description="The asset it is about.")
    state: RequestState = strawberry.field(description="What became of it.")
    comment: str = strawberry.field(description="Why, in the customer's words; may be empty.")
    created_at: datetime = strawberry.field(description="When it was made.")
    deadline: datetime = strawberry.field(
        description="The first instant at which it is too late: pending, it closes by itself then."
    )
    decided_at: datetime | None = strawberry.field(description="When it was decided.")
    reason: str | None = strawberry.field(description="Why it was refused.")

    @field("The asset it is about.")
    async def asset(self, info: strawberry.Info) -> BitTitanAsset | None:
        """Loaded together for a whole page."""
        asset = await scope_of(info).loaders.asset.load(self.source.asset_id)
        return BitTitanAsset.of(asset) if asset else None

    @field("The e-mail address it came from. Requires MANAGE_ORDERS, else null.")
    def requested_by(self, info: strawberry.Info) -> str | None:
        """An end customer and its reseller need not know each other's people."""
        return self.source.requested_by if self._to_staff(info) else None

    @field("Who decided: an e-mail address, or what did. Requires MANAGE_ORDERS, else null.")
    def decided_by(self, info: strawberry.Info) -> str | None:
        """Customers do not see which person of the distributor decided."""
        return self.source.decided_by if self._to_staff(info) else None

    def _to_staff(self, info: strawberry.Info) -> bool:
        return scope_of(info).viewer.may(Permission.MANAGE_ORDERS)

    @classmethod
    def of(cls, request: CancellationRequest) -> "BitTitanCancellationRequest":
        """From the domain's value. Whoever calls this has made sure the viewer may see it."""
        return cls(
            source=request,
            id=global_id(CANCELLATION_REQUEST, request.id),
            asset_id=global_id(ASSET, request.asset_id),
            state=request.state,
            comment=request.comment,
            created_at=request.created_at,
            deadline=request.deadline,
            decided_at=request.decided_at,
            reason=request.reason,
        )


async def _account(scope: RequestScope, account_id: UUID) -> BitTitanAccount | None:
    account = await scope.loaders.account.load(account_id)
    if account is None or not await sees_account(scope, account, Permission.MANAGE_ORDERS):
        return None
    return BitTitanAccount.of(account)
