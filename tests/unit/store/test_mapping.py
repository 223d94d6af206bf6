"""Rows and domain values: a field of the one is a column of the other, and nothing is lost."""

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import DeclarativeBase

from bittitan_plugin.domain.absence import AccountChange
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.branding import Logo
from bittitan_plugin.domain.circuit import Circuit
from bittitan_plugin.domain.held_lines import HeldLine
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.revocations import Revocation
from bittitan_plugin.domain.runs import Run
from bittitan_plugin.domain.stock import StockCode, StockImport
from bittitan_plugin.store import tables
from bittitan_plugin.store.mapping import from_row, readable, to_columns
from bittitan_plugin.store.repositories.coupons import Cursor
from bittitan_plugin.store.repositories.held_coupons import HeldCoupon
from bittitan_plugin.store.repositories.uploads import Upload
from bittitan_plugin.store.tables import (
    AccountChangeRow,
    CircuitRow,
    CouponCursorRow,
    HeldCouponRow,
    HeldLineRow,
    InvitationRow,
)
from tests.fakes.values import account
from tests.tables import every


@every(
    "kind, row",
    [
        (Account, tables.AccountRow),
        (AccountChange, AccountChangeRow),
        (CancellationRequest, tables.CancellationRequestRow),
        (Circuit, CircuitRow),
        (Cursor, CouponCursorRow),
        (HeldCoupon, HeldCouponRow),
        (HeldLine, HeldLineRow),
        (Invitation, InvitationRow),
        (Logo, tables.LogoRow),
        (Problem, tables.ProblemRow),
        (Revocation, tables.RevocationRow),
        (Run, tables.RunRow),
        (StockCode, tables.StockCodeRow),
        (StockImport, tables.StockImportRow),
        (Upload, tables.UploadRow),
    ],
)
def test_a_value_that_is_read_by_its_fields_has_a_column_for_each(
    kind: Any, row: type[DeclarativeBase]
) -> None:
    assert {field.name for field in fields(kind)} <= set(row.__table__.columns.keys())


def test_an_enum_is_kept_as_its_value_and_comes_back_as_itself() -> None:
    before = replace(account(), status=AccountStatus.SYNCHRONIZED, partner_id=None)
    columns = to_columns(before)
    assert type(columns["status"]) is str
    after = from_row(Account, SimpleNamespace(**columns))
    assert after == before
    assert after.status is AccountStatus.SYNCHRONIZED


def test_a_column_that_holds_no_member_of_its_enum_is_refused() -> None:
    columns = {**to_columns(account()), "status": "LOST"}
    with pytest.raises(ValueError, match="LOST"):
        from_row(Account, SimpleNamespace(**columns))


def test_a_row_that_nobody_can_read_hides_none_of_the_others() -> None:
    good = to_columns(account())
    left_out: list[SimpleNamespace] = []
    rows = [SimpleNamespace(**{**good, "status": "LOST"}), SimpleNamespace(**good)]
    found = readable(rows, lambda row: from_row(Account, row), left_out.append)
    assert found == [from_row(Account, rows[1])]
    assert left_out == rows[:1]
