"""Sending the welcome e-mail again."""

import strawberry

from bittitan_graphql.acting import demand_terms, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from bittitan_plugin.services import notifications


@strawberry.type(description="What came of sending the welcome e-mail again.")
class BitTitanCouponEmailResend:
    """It goes to the order's recipient, never to an address given here."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset whose coupon code was sent."
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CouponEmailResendMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Sends the e-mail with the coupon code to the order's recipient again. "
        "Requires MANAGE_ORDERS, or to be the account that bought it; for that account it is done "
        f"{CODE_AGAIN.most} times within 24 hours (LIMIT_REACHED says when it is possible again)."
    )
    async def bittitan_coupon_email_resend(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
    ) -> BitTitanCouponEmailResend | None:
        """A new message each time, because a person asked for it."""
        scope = scope_of(info)
        try:
            asset = await demand_terms(scope, id)
            await perform(scope, notifications.resend_welcome, asset.id, scope.viewer.actor)
            return BitTitanCouponEmailResend(asset=BitTitanAsset.of(asset))
        except BitTitanError as error:
            return BitTitanCouponEmailResend(errors=asset_errors(error))
