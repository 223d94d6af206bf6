"""The plugin's tables, by subject: importing this describes all of them.

Alembic compares the database with these; repositories translate them. A platform's own tables are
in its own package.
"""

from bittitan_plugin.store.tables.accounts import (
    AccountRow,
    InstallationRow,
    InvitationRow,
    LogoRow,
    ProvedAddressRow,
)
from bittitan_plugin.store.tables.auditing import AuditRow
from bittitan_plugin.store.tables.base import NAMING, Base
from bittitan_plugin.store.tables.cancelling import CancellationRequestRow, RevocationRow
from bittitan_plugin.store.tables.coupons import (
    AccountChangeRow,
    ClaimRow,
    CodeSecretRow,
    CouponCursorRow,
    HeldCouponRow,
    StockCodeRow,
    StockImportRow,
)
from bittitan_plugin.store.tables.running import (
    CircuitRow,
    EndedSessionRow,
    KeyProofRow,
    ProblemRow,
    RetryRow,
    RunRow,
    SentMailRow,
    UploadRow,
    WorkerRow,
    WriteTrialRow,
)
from bittitan_plugin.store.tables.selling import (
    AssetRow,
    DeferredLineRow,
    HeldLineRow,
    HistoryRow,
    PriceRow,
    ProductRow,
)

__all__ = [
    "NAMING",
    "AccountChangeRow",
    "AccountRow",
    "AssetRow",
    "AuditRow",
    "Base",
    "CancellationRequestRow",
    "CircuitRow",
    "ClaimRow",
    "CodeSecretRow",
    "CouponCursorRow",
    "DeferredLineRow",
    "EndedSessionRow",
    "HeldCouponRow",
    "HeldLineRow",
    "HistoryRow",
    "InstallationRow",
    "InvitationRow",
    "KeyProofRow",
    "LogoRow",
    "PriceRow",
    "ProblemRow",
    "ProductRow",
    "ProvedAddressRow",
    "RetryRow",
    "RevocationRow",
    "RunRow",
    "SentMailRow",
    "StockCodeRow",
    "StockImportRow",
    "UploadRow",
    "WorkerRow",
    "WriteTrialRow",
]
