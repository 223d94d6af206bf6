"""Taking a file of coupon codes into the stock."""

from typing import Annotated
from uuid import UUID

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.enums import BitTitanStockImportMode
from bittitan_graphql.errors import BitTitanStockError, stock_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import STOCK_IMPORT, global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.domain.stock_rows import BadRow
from bittitan_plugin.services.stock.importing import (
    ImportMode,
    ImportReport,
    StockFile,
    import_stock,
)

#: The longest file that one request may carry, in characters. Ours; the command line takes any.
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
    mode: BitTitanStockImportMode = strawberry.field(
        default=BitTitanStockImportMode.ALL_OR_NONE,
        description="What is to become of the new codes.",
    )


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
    import_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="By which bittitanCouponImportUndo takes it back; null where it added nothing.",
    )
    errors: list[BitTitanStockError] = strawberry.field(
        default_factory=list, description="Why the file was refused; empty when it was not."
    )


@strawberry.type
class CouponStockImportMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Imports coupon codes that were made in BitTitan's portal; importing them again adds "
        "nothing. Orders that wait for stock are served, the oldest first. Requires MANAGE_ORDERS."
    )
    async def bittitan_coupon_stock_import(
        self,
        info: strawberry.Info,
        input: Annotated[  # noqa: A002
            BitTitanCouponStockImportInput, strawberry.argument(description="What to import.")
        ],
    ) -> BitTitanCouponStockImport | None:
        """Answers when it is done."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            mode = ImportMode[input.mode.name]
            file = _file(input)
            return _payload(await perform(scope, import_stock, scope.viewer.actor, file, mode))
        except BitTitanError as error:
            return BitTitanCouponStockImport(errors=stock_errors(error))


def _file(given: BitTitanCouponStockImportInput) -> StockFile:
    if len(given.file) > LONGEST_FILE:
        raise Refusal(
            ErrorCode.INVALID,
            f"The file has more than {LONGEST_FILE} characters; use the command line.",
            field="file",
        )
    # A lone surrogate is no text; it becomes a sign that the row's own rules refuse.
    return StockFile(given.name, [given.file.encode(errors="replace")])


def _payload(report: ImportReport) -> BitTitanCouponStockImport:
    return BitTitanCouponStockImport(
        new=report.new,
        known=report.known,
        bad=report.bad,
        bad_rows=[BitTitanBadRow.of(row) for row in report.reasons],
        repeated_rows=[BitTitanBadRow.of(row) for row in report.repeated_rows],
        kept=report.kept,
        served=report.served,
        import_id=global_id(STOCK_IMPORT, UUID(report.import_id)) if report.import_id else None,
    )
