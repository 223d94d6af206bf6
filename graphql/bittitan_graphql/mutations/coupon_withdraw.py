"""Taking wrongly imported codes out of the stock."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import (
    BitTitanStockCodeError,
    BitTitanStockError,
    stock_code_errors,
    stock_errors,
)
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import STOCK_CODE, STOCK_IMPORT, read_global_id
from bittitan_graphql.types.stock import BitTitanStockCode
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.stock.withdrawal import undo_import, withdraw

_CodeId = Annotated[strawberry.ID, strawberry.argument(description="The code's global id.")]
_ImportId = Annotated[
    strawberry.ID, strawberry.argument(description="The import, as a code's importId names it.")
]
_Reason = Annotated[
    str, strawberry.argument(description="Why; kept with the code, at most 255 characters.")
]


@strawberry.type(description="What came of withdrawing a code.")
class BitTitanCouponWithdraw:
    """A payload."""

    code: BitTitanStockCode | None = strawberry.field(
        default=None, description="The code as it is now."
    )
    errors: list[BitTitanStockCodeError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type(description="What came of undoing an import, or would come of it.")
class BitTitanCouponImportUndo:
    """A payload."""

    withdrawn: int = strawberry.field(default=0, description="Codes that were unsold.")
    left: int = strawberry.field(
        default=0, description="Codes that were sold, or withdrawn before; they stay."
    )
    errors: list[BitTitanStockError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class CouponWithdrawMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Takes a wrongly imported code out of the stock, unless it was sold; a corrected row of it "
        "can then be imported. Requires MANAGE_ORDERS."
    )
    async def bittitan_coupon_withdraw(
        self,
        info: strawberry.Info,
        id: _CodeId,  # noqa: A002
        reason: _Reason,
    ) -> BitTitanCouponWithdraw | None:
        """Kept with who, when and why."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key = read_global_id(STOCK_CODE, id)
            code = await perform(scope, withdraw, key, reason, scope.viewer.actor)
            return BitTitanCouponWithdraw(code=BitTitanStockCode.of(code))
        except BitTitanError as error:
            return BitTitanCouponWithdraw(errors=stock_code_errors(error))

    @mutation("Takes a whole import back, as far as its codes are unsold. Requires MANAGE_ORDERS.")
    async def bittitan_coupon_import_undo(
        self,
        info: strawberry.Info,
        id: _ImportId,  # noqa: A002
        reason: _Reason,
        check_only: Annotated[
            bool, strawberry.argument(description="Only say how many codes it would withdraw.")
        ] = False,
    ) -> BitTitanCouponImportUndo | None:
        """What was sold stays sold."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            key, actor = read_global_id(STOCK_IMPORT, id), scope.viewer.actor
            done = await perform(scope, undo_import, key, reason, actor, check_only=check_only)
            return BitTitanCouponImportUndo(withdrawn=done.withdrawn, left=done.left)
        except BitTitanError as error:
            return BitTitanCouponImportUndo(errors=stock_errors(error))
