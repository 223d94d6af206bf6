"""Mutations of an asset: cancel, synchronize, change, mark as redeemed."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require, sees_terms
from bittitan_graphql.acting import BUYER, awaited, demand_asset, demand_terms, executed, perform
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.errors import BitTitanAssetError, PermissionDenied, refusals, refusals_in
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset, BitTitanCancellation
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import EndCustomer
from bittitan_plugin.domain.synchronization import SynchronizationOutcome, outcome
from bittitan_plugin.services import next_attempts
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling.stock_watch import mark_redeemed
from bittitan_plugin.services.selling import assets, synchronization
from bittitan_plugin.services.selling.assets import KEEP, AssetChanges, Keep


@strawberry.input(description="How to cancel an asset.")
class BitTitanAssetCancelInput:
    """Whole asset only; there is no quantity."""

    comment: str = strawberry.field(
        default="", description="Why; it becomes the reason on the credit invoice."
    )
    check_only: bool = strawberry.field(
        default=False, description="Only answer with the terms; change nothing."
    )


@strawberry.input(description="For whom a reseller bought, new or existing.")
class BitTitanEndCustomerInput:
    """Known by its address, within the reseller's end customers."""

    email: str = strawberry.field(description="E-mail address; finds an end customer there is.")
    name: str = strawberry.field(
        default="", description="Its name, at most 255 characters; used when it is new."
    )


@strawberry.input(description="What to change of an asset. Whatever is left out stays as it is.")
class BitTitanAssetUpdateInput:
    """The agreed terms of a sale cannot be changed."""

    friendly_name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the buyer calls it, at most 255 characters. Null or blank takes it away.",
    )
    end_customer: BitTitanEndCustomerInput | None = strawberry.field(
        default=strawberry.UNSET, description="For whom it was bought. Null: for the buyer itself."
    )
    expire_days: int | None = optional(
        "Expire: days in which the *coupon code* can be redeemed, 1 to 3650. Only while it has no "
        "coupon."
    )
    validity_days: int | None = optional(
        "Validity: days in which the *licences* can be used, 1 to 3650. Only while it has no "
        "coupon."
    )

    def changes(self) -> AssetChanges:
        """The changes for the use case."""
        end: EndCustomer | Keep | None = KEEP
        if self.end_customer is None:
            end = None
        elif self.end_customer is not strawberry.UNSET:
            end = EndCustomer(email=self.end_customer.email, name=self.end_customer.name)
        return AssetChanges(
            friendly_name=KEEP if self.friendly_name is strawberry.UNSET else self.friendly_name,
            end_customer=end,
            expire_days=KEEP if self.expire_days is None else self.expire_days,
            validity_days=KEEP if self.validity_days is None else self.validity_days,
        )


_Cancel = Annotated[BitTitanAssetCancelInput, argument("How to cancel it.")]
_Update = Annotated[BitTitanAssetUpdateInput, argument("What to change.")]


@strawberry.type(description="What came of cancelling an asset.")
class BitTitanAssetCancel:
    """The asset may still be CANCELLING: the cancellation then continues by itself."""

    asset: BitTitanAsset | None = optional(
        "The asset as it is now; CANCELLING while BitTitan is awaited."
    )
    cancellation: BitTitanCancellation | None = optional(
        "The terms as they were judged before anything was done."
    )
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type(description="What came of marking an asset's codes as redeemed.")
class BitTitanAssetMarkRedeemed:
    """It can no longer be cancelled."""

    asset: BitTitanAsset | None = optional("The asset as it is now.")
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type(description="What came of synchronizing an asset.")
class BitTitanAssetSynchronize:
    """It names what it did, or that this is not known yet."""

    asset: BitTitanAsset | None = optional(
        "The asset as it is now; PENDING while the coupon is obtained."
    )
    outcome: SynchronizationOutcome | None = optional(
        "What it did; null while it is under way, or when it was refused beforehand."
    )
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type(description="What came of trying at once what waits about an asset.")
class BitTitanAssetTryNow:
    """The attempt is durable and still to be made: `nextAttempt` says how it goes."""

    asset: BitTitanAsset | None = optional("The asset as it is now.")
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type(description="What came of changing an asset.")
class BitTitanAssetUpdate:
    """Changing nothing is no error."""

    asset: BitTitanAsset | None = optional("The asset as it is now.")
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type
class AssetMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Cancels an asset: BitTitan revokes the coupon, then the full amount is "
        "credited. With `checkOnly` it only answers with the terms and never reports them as "
        "errors. Requires MANAGE_ORDERS, or to be the account that bought it; "
        "that one is refused with REQUEST_NEEDED unless `cancellation.automatic` is true."
    )
    async def bittitan_asset_cancel(
        self, info: strawberry.Info, id: AssetId, input: _Cancel
    ) -> BitTitanAssetCancel | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope, answer = scope_of(info), BitTitanAssetCancel()
        with refusals_in(answer):
            asset = await demand_terms(scope, id)

            def judged(terms: CancellationTerms) -> None:
                answer.cancellation = BitTitanCancellation.of(terms, asset)

            if input.check_only:
                judged(await scope.loaders.terms.load(asset))
                answer.asset = BitTitanAsset.of(asset)
                return answer
            actor, comment = _cancelling(scope), input.comment
            decided = await perform(
                scope, cancellation.cancel, asset.id, actor, comment, judged=judged
            )
            ended = await executed(scope, decided)
            answer.asset = BitTitanAsset.of(ended)
            if ended.status is AssetStatus.ACTIVE:
                raise cancellation.refusal_after(ended)
        return answer

    @mutation(
        "Says that the buyer has used the codes of an asset that came from stock, of which "
        "BitTitan tells nothing.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_asset_mark_redeemed(
        self, info: strawberry.Info, id: AssetId
    ) -> BitTitanAssetMarkRedeemed | None:
        """It cannot be taken back: a redeemed code stays redeemed."""
        scope = scope_of(info)
        asset = await demand_asset(scope, id)
        asset = await perform(scope, mark_redeemed, asset.id, scope.viewer.actor)
        return BitTitanAssetMarkRedeemed(asset=BitTitanAsset.of(asset))

    @mutation(
        "Asks BitTitan once more for the coupon of a failed asset; a coupon issued "
        "before is adopted, never issued twice. Of an asset that has its coupon it asks what "
        "became of it. Steps that had got stuck are taken up again.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_asset_synchronize(
        self, info: strawberry.Info, id: AssetId
    ) -> BitTitanAssetSynchronize | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope, answer = scope_of(info), BitTitanAssetSynchronize()
        with refusals_in(answer):
            before = await demand_asset(scope, id)
            asset = await perform(scope, synchronization.synchronize, before.id, scope.viewer.actor)
            asset = await awaited(scope, asset, _is_settled)
            did, why = outcome(before, asset), asset.provisioning_error
            answer.asset = BitTitanAsset.of(asset)
            answer.outcome = did
            if did is SynchronizationOutcome.REFUSED and why is not None:
                raise Refusal(why.code, why.message)
        return answer

    @mutation(
        "Tries at once what waits for another attempt about an asset. What is under way goes on. "
        "While BitTitan is left alone, because it does not answer or asked for a pause, it is not "
        "asked for this either: the attempt is put off again. `NOTHING_WAITS` when nothing waits.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_asset_try_now(
        self, info: strawberry.Info, id: AssetId
    ) -> BitTitanAssetTryNow | None:
        """Only makes it due; a worker tries it within a second."""
        scope = scope_of(info)
        asset = await demand_asset(scope, id)
        asset = await perform(scope, next_attempts.try_now, asset.id)
        return BitTitanAssetTryNow(asset=BitTitanAsset.of(asset))

    @mutation(
        "Changes an asset; saving one whose provisioning has failed tries that again. Requires "
        "MANAGE_ORDERS, or to be the account that bought it; its end customer may change the "
        "friendly name alone. The days require MANAGE_ORDERS."
    )
    async def bittitan_asset_update(
        self, info: strawberry.Info, id: AssetId, input: _Update
    ) -> BitTitanAssetUpdate | None:
        """The history keeps the values it had."""
        scope = scope_of(info)
        asset, changes = await demand_asset(scope, id), input.changes()
        await _authorise(scope, asset, changes)
        asset = await perform(scope, assets.update_asset, asset.id, scope.viewer.actor, changes)
        return BitTitanAssetUpdate(asset=BitTitanAsset.of(asset))


def _cancelling(scope: RequestScope) -> Actor:
    """The actor: staff only if they may decide about orders, otherwise the customer."""
    if scope.viewer.may(Permission.MANAGE_ORDERS):
        return scope.viewer.actor
    return Actor(ActorKind.CUSTOMER, scope.viewer.email)


def _is_settled(asset: Asset) -> bool:
    waits = asset.provisioning_status is ProvisioningStatus.PENDING
    obtained = not (waits and outcome(asset, asset) is None)
    return obtained and asset.status is not AssetStatus.CANCELLING


async def _authorise(scope: RequestScope, asset: Asset, changes: AssetChanges) -> None:
    """Raise ``PermissionDenied`` for what this viewer may see but not change."""
    if (changes.expire_days, changes.validity_days) != (KEEP, KEEP):
        require(scope, Permission.MANAGE_ORDERS)
    if changes.end_customer is KEEP:
        return
    if not await sees_terms(scope, asset):
        raise PermissionDenied(BUYER)
