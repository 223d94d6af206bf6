"""Who may ask for a cancellation, when, and what happens at once."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.cancelling import requests
from bittitan_plugin.services.ports import Tenant
from tests.integration.requests.asking import CUSTOMER, Desk, codes_of
from tests.world import BUNDLE, CANCELLED, STAFF

CUSTOMERS, STAFFS = "buyer@example.com", "staff@example.com"


def test_a_request_waits_for_staff_and_cancels_nothing(desk: Desk) -> None:
    request = desk.ask(desk.sold())

    assert desk.now(request).state is RequestState.PENDING
    assert desk.asset(request).status is AssetStatus.ACTIVE


def test_both_sides_are_told_of_a_request(desk: Desk) -> None:
    desk.ask(desk.sold())

    assert desk.mail(to=CUSTOMERS) == ["cancellation_request_received"]
    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"]


def test_the_deadline_is_the_end_of_the_assets_own_window(desk: Desk) -> None:
    desk.shop.configure(time_zone="Pacific/Kiritimati")
    request = desk.ask(desk.sold())

    assert request.deadline.isoformat() == "2026-03-26T00:00:00+14:00"


def test_a_second_request_is_refused_while_one_is_pending(desk: Desk) -> None:
    request = desk.ask(desk.sold())

    with pytest.raises(Refusal) as refused:
        desk.ask(desk.asset(request))
    assert refused.value.code is ErrorCode.UNIQUE


def test_of_ten_requests_at_once_one_is_made(desk: Desk) -> None:
    asset = desk.sold()
    shop = desk.shop
    ask = [lambda: requests.create(shop.tenant, asset.id, CUSTOMER, "")] * 10

    codes = codes_of(*ask)

    assert sorted(map(str, codes)) == ["None", *["UNIQUE"] * 9]


def test_after_a_withdrawal_it_can_be_asked_for_again(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.withdraw(request)

    assert desk.ask(desk.asset(request)).state is RequestState.PENDING


def test_what_the_terms_forbid_cannot_be_asked_for(desk: Desk) -> None:
    asset = desk.sold()
    desk.shop.world.clock.advance(days=16)

    with pytest.raises(Refusal) as refused:
        desk.ask(asset)
    assert refused.value.code is ErrorCode.CANCELLATION_WINDOW_CLOSED


def test_a_comment_has_at_most_a_thousand_characters(desk: Desk) -> None:
    asset = desk.sold()
    assert desk.ask(asset, "x" * 1000)

    with pytest.raises(Refusal) as refused:
        desk.ask(asset, "x" * 1001)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "comment")


def test_where_it_is_allowed_asking_cancels_at_once(desk: Desk) -> None:
    desk.shop.configure(automatic_cancellation="true")
    asset = desk.sold()

    asked = requests.create(desk.shop.tenant, asset.id, CUSTOMER, "")
    desk.shop.settle()

    assert (asked.request, desk.shop.tally()) == (None, CANCELLED)


def test_the_amount_above_the_limit_is_left_to_staff(desk: Desk) -> None:
    desk.shop.configure(automatic_cancellation="true", automatic_cancellation_limit="349.99")

    assert desk.ask(desk.sold(quantity=25, price="14.00")).state is RequestState.PENDING


def test_a_kind_of_licence_that_is_not_named_is_left_to_staff(desk: Desk) -> None:
    desk.shop.configure(
        automatic_cancellation="true", automatic_cancellation_product_types="MAILBOX_LICENSE"
    )

    assert desk.ask(desk.sold(variant_id=BUNDLE)).state is RequestState.PENDING


def test_a_request_of_one_installation_does_not_exist_in_another(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    elsewhere = desk.shop.world.application.attach(f"other-{request.id}", desk.shop.host)
    with desk.shop.ports.store.installations() as installations:
        installations.save(replace(installations.by_id(elsewhere), active=True))

    with pytest.raises(Refusal) as refused:
        requests.accept(Tenant(desk.shop.ports, elsewhere), request.id, STAFF)
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_while_the_plugin_is_off_nothing_can_be_asked(desk: Desk) -> None:
    asset = desk.sold()
    desk.shop.configure(active=False)

    with pytest.raises(Refusal) as refused:
        desk.ask(asset)
    assert refused.value.code is ErrorCode.PLUGIN_INACTIVE
