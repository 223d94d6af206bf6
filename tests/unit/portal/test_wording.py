"""How a licence reads to its owner: every state has words, and none of them are ours."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from bittitan_plugin.domain.assets import (
    Asset,
    AssetStatus,
    ProvisioningError,
    ProvisioningStatus,
)
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import Actor, ActorKind, Change, HistoryEntry
from bittitan_plugin.web.pages import counted
from bittitan_plugin.web.portal.wording import changed, standing
from tests.fakes.values import new_asset
from tests.tables import every

TONES = {"good", "wait", "bad", "plain"}
STATES = list(product(AssetStatus, ProvisioningStatus, CouponStatus))


def an_asset(**values: object) -> Asset:
    return replace(new_asset(), **values)  # type: ignore[arg-type]


@every("status, provisioning, coupon", STATES)
def test_every_state_has_a_label_a_tone_and_a_sentence(
    status: AssetStatus, provisioning: ProvisioningStatus, coupon: CouponStatus
) -> None:
    found = standing(
        an_asset(status=status, provisioning_status=provisioning, coupon_status=coupon)
    )
    assert found.label
    assert found.tone in TONES
    assert found.sentence.strip().endswith(".")


@every("code", ErrorCode)
def test_why_a_code_is_late_never_quotes_what_staff_are_told(code: ErrorCode) -> None:
    error = ProvisioningError(code=code, message="10.0.0.7 refused user bob")
    late = an_asset(provisioning_status=ProvisioningStatus.PENDING, provisioning_error=error)
    assert "10.0.0.7" not in standing(late).sentence
    assert str(code) not in standing(late).sentence


def test_a_cancelled_licence_is_cancelled_whatever_became_of_its_coupon() -> None:
    for coupon in CouponStatus:
        cancelled = an_asset(status=AssetStatus.CANCELLED, coupon_status=coupon)
        assert standing(cancelled).label == "Cancelled"


@every("status", sorted(set(AssetStatus) - {AssetStatus.ACTIVE}))
def test_no_licence_that_is_given_back_is_called_ready(status: AssetStatus) -> None:
    given_back = an_asset(
        status=status,
        provisioning_status=ProvisioningStatus.SYNCHRONIZED,
        coupon_status=CouponStatus.AVAILABLE,
    )
    assert "ancelled" in standing(given_back).label


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 licences"), (1, "1 licence"), (2, "2 licences")]
)
def test_one_is_not_many(number: int, words: str) -> None:
    assert counted(number, "licence", "licences") == words


def entry(field: str, after: str | None) -> HistoryEntry:
    return HistoryEntry(
        at=datetime(2026, 3, 10, tzinfo=UTC),
        actor=Actor(ActorKind.STAFF, "staff@example.com"),
        change=Change(field=field, before="before", after=after),
    )


def test_what_changed_is_said_once_for_each_thing_and_names_nobody() -> None:
    entries = [entry("friendlyName", "First"), entry("friendlyName", "Second")]
    assert changed(entries) == ["The friendly name: now Second."]


def test_a_state_reads_in_small_letters() -> None:
    assert changed([entry("status", "CANCELLING")]) == ["The licences: now cancelling."]


def test_what_was_taken_away_is_none() -> None:
    assert changed([entry("friendlyName", None)]) == ["The friendly name: now none."]


def test_an_end_customer_is_not_named_by_its_key() -> None:
    assert changed([entry("endCustomer", "some-key")]) == ["The end customer is another one now."]


@pytest.mark.parametrize("field", ["provisioningError", "welcomeEmail", "coupon", "anything new"])
def test_what_the_page_does_not_show_is_not_told(field: str) -> None:
    assert changed([entry(field, "secret")]) == []


def test_a_redemption_that_bittitan_never_told_is_not_said_to_be_certain() -> None:
    used = an_asset(
        provisioning_status=ProvisioningStatus.SYNCHRONIZED, coupon_status=CouponStatus.REDEEMED
    )
    inferred = replace(used, coupon_inferred_at=datetime(2026, 3, 10, tzinfo=UTC))
    assert "BitTitan no longer lists the coupon code" in standing(inferred).sentence
    assert "no longer lists" not in standing(used).sentence
