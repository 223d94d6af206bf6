"""Mutations of coupon codes: send again, import into the stock, take out of it."""

from typing import Annotated
from uuid import UUID

import strawberry

from bittitan_graphql.acting import demand_terms, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import (
    BitTitanAssetError,
    BitTitanStockCodeError,
    BitTitanStockError,
    refusals,
)
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import (
    STOCK_CODE,
    STOCK_IMPORT,
    AssetId,
    global_id,
    read_global_id,
)
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_graphql.types.stock import BitTitanStockCode
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from bittitan_plugin.domain.stock_rows import BadRow
from bittitan_plugin.services import notifications
from bittitan_plugin.services.stock.import_runs import import_here
from bittitan_plugin.services.stock.importing import ImportMode, ImportReport, StockFile
from bittitan_plugin.services.stock.withdrawal import undo_import, withdraw

#: The longest file in one request, in characters. Our choice; the command line accepts any.
LONGEST_FILE = 5_000_000


@strawberry.input(description="A file of coupon codes.")
class BitTitanCouponStockImportInput:
    """The text itself: GraphQL has no way of its own to send a file."""

    file: str = strawberry.field(
        description="CSV: code, product type or SKU, licences, expires on, licence validity "
        "(days), purchase cost, note. Any order with a header; comma, semicolon or tab. At most "
        "5,000,000 characters."
    )
    name: str = strawberry.field(
        default="GraphQL", description="The file's name, at most 255 characters."
    )
    mode: ImportMode = strawberry.field(
        default=ImportMode.ALL_OR_NONE,
        description="What is to become of the new codes.",
    )

    def stock_file(self) -> StockFile:
        """The file for the use case. Raises ``Refusal`` on ``file``."""
        if len(self.file) > LONGEST_FILE:
            raise Refusal(
                ErrorCode.INVALID,
                f"The file has more than {LONGEST_FILE} characters; use the command line.",
                field="file",
            )
        # A lone surrogate is no text; it becomes a character that the rules of a row refuse.
        return StockFile(self.name, [self.file.encode(errors="replace")])


_File = Annotated[BitTitanCouponStockImportInput, argument("What to import.")]
_CodeId = Annotated[strawberry.ID, argument("The code's global id.")]
_ImportId = Annotated[strawberry.ID, argument("The import, as a code's importId names it.")]
_Reason = Annotated[str, argument("Why; kept with the code, at most 255 characters.")]
_CheckOnly = Annotated[bool, argument("Only say how many codes it would withdraw.")]


@strawberry.type(description="What came of sending the welcome e-mail again.")
class BitTitanCouponEmailResend:
    """It goes to the order's recipient, never to an address given here."""

    asset: BitTitanAsset | None = optional("The asset whose coupon code was sent.")
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type(description="A row that is not imported.")
class BitTitanBadRow:
    """It never quotes the code."""

    line: int = strawberry.field(description="Its line in the file, from 1.")
    reason: str = strawberry.field(description="What is wrong with it.")

    @classmethod
    def of(cls, row: BadRow) -> "BitTitanBadRow":
        """From the domain's value."""
        return cls(line=row.line, reason=row.reason)


@strawberry.type(description="What an import of coupon codes did, or would do.")
class BitTitanCouponStockImport:
    """Counts are rows of the file."""

    new: int = strawberry.field(default=0, description="Codes that were not known.")
    known: int = strawberry.field(
        default=0, description="Codes that were, and repetitions within the file."
    )
    bad: int = strawberry.field(default=0, description="Rows that cannot be imported.")
    bad_rows: list[BitTitanBadRow] = strawberry.field(
        default_factory=list, description="The first 100 of them, with reasons."
    )
    repeated_rows: list[BitTitanBadRow] = strawberry.field(
        default_factory=list,
        description="The first 100 rows that repeat one of the file, with where it stands.",
    )
    kept: bool = strawberry.field(
        default=False,
        description="Whether the new codes are in stock now; not after a dry run, and not where "
        "a bad row forbids it.",
    )
    served: int = strawberry.field(
        default=0, description="Order lines that had waited for these codes."
    )
    import_id: strawberry.ID | None = optional(
        "By which bittitanCouponImportUndo takes it back; null where it added nothing."
    )
    errors: list[BitTitanStockError] = refusals("Why the file was refused; empty when it was not.")

    @classmethod
    def of(cls, report: ImportReport) -> "BitTitanCouponStockImport":
        """From the use case's value."""
        import_id = UUID(report.import_id) if report.import_id else None
        return cls(
            new=report.new,
            known=report.known,
            bad=report.bad,
            bad_rows=[BitTitanBadRow.of(row) for row in report.reasons],
            repeated_rows=[BitTitanBadRow.of(row) for row in report.repeated_rows],
            kept=report.kept,
            served=report.served,
            import_id=global_id(STOCK_IMPORT, import_id) if import_id else None,
        )


@strawberry.type(description="What came of withdrawing a code.")
class BitTitanCouponWithdraw:
    """A payload."""

    code: BitTitanStockCode | None = optional("The code as it is now.")
    errors: list[BitTitanStockCodeError] = refusals()


@strawberry.type(description="What came of undoing an import, or would come of it.")
class BitTitanCouponImportUndo:
    """A payload."""

    withdrawn: int = strawberry.field(default=0, description="Codes that were unsold.")
    left: int = strawberry.field(
        default=0, description="Codes that were sold, or withdrawn before; they stay."
    )
    errors: list[BitTitanStockError] = refusals()


@strawberry.type
class CouponMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Sends the e-mail with the coupon code to the order's recipient again. "
        "Requires MANAGE_ORDERS, or to be the account that bought it; for that account it is done "
        f"{CODE_AGAIN.most} times within 24 hours (LIMIT_REACHED says when it is possible again)."
    )
    async def bittitan_coupon_email_resend(
        self, info: strawberry.Info, id: AssetId
    ) -> BitTitanCouponEmailResend | None:
        """A new message each time, because a person asked for it."""
        scope = scope_of(info)
        asset = await demand_terms(scope, id)
        await perform(scope, notifications.resend_welcome, asset.id, scope.viewer.actor)
        return BitTitanCouponEmailResend(asset=BitTitanAsset.of(asset))

    @mutation(
        "Imports coupon codes that were made in BitTitan's portal; importing them again adds "
        "nothing. Orders that wait for stock are served, the oldest first.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_coupon_stock_import(
        self, info: strawberry.Info, input: _File
    ) -> BitTitanCouponStockImport | None:
        """Answers when it is done."""
        scope, file = scope_of(info), input.stock_file()
        report = await perform(scope, import_here, scope.viewer.actor, file, input.mode)
        return BitTitanCouponStockImport.of(report)

    @mutation(
        "Takes a wrongly imported code out of the stock, unless it was sold; a corrected row of it "
        "can then be imported.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_coupon_withdraw(
        self, info: strawberry.Info, id: _CodeId, reason: _Reason
    ) -> BitTitanCouponWithdraw | None:
        """The code stays stored with who withdrew it, when and why."""
        scope, key = scope_of(info), read_global_id(STOCK_CODE, id)
        code = await perform(scope, withdraw, key, reason, scope.viewer.actor)
        return BitTitanCouponWithdraw(code=BitTitanStockCode.of(code))

    @mutation(
        "Takes a whole import back, as far as its codes are unsold.",
        needs=Permission.MANAGE_ORDERS,
    )
    async def bittitan_coupon_import_undo(
        self, info: strawberry.Info, id: _ImportId, reason: _Reason, check_only: _CheckOnly = False
    ) -> BitTitanCouponImportUndo | None:
        """Sold codes are not affected."""
        scope, key = scope_of(info), read_global_id(STOCK_IMPORT, id)
        actor = scope.viewer.actor
        done = await perform(scope, undo_import, key, reason, actor, check_only=check_only)
        return BitTitanCouponImportUndo(withdrawn=done.withdrawn, left=done.left)
