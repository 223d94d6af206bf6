"""Codes, passwords and tickets stay out of logs, reprs and exceptions."""

import logging
import traceback

import httpx
import pytest

from bittitan_plugin.bittitan.coupon_api.answers import CouponAnswer, TicketAnswer
from bittitan_plugin.bittitan.coupon_api.calls import Answer, Call, Effect
from bittitan_plugin.domain.errors import BitTitanError
from tests.unit.bittitan.samples import (
    CODE,
    COUPON,
    PASSWORD,
    REQUEST,
    TICKET,
    ScriptedVendor,
    answer,
    client,
    client_told,
)

SECRETS = (CODE, PASSWORD, TICKET)


def test_reprs_hold_no_secret() -> None:
    shown = repr(
        [
            client_told({}),
            Call(purpose="p", method="POST", path="/", effect=Effect.WRITE, body={"p": PASSWORD}),
            Answer(status=200, accepted=True, body=CODE.encode(), withheld=(TICKET,)),
            CouponAnswer.read(COUPON),
            TicketAnswer.read({"ticket": TICKET, "expires_at": "2026-01-01T00:00:00Z"}),
            client_told(COUPON, 201).issue(REQUEST),
        ]
    )
    assert [secret for secret in SECRETS if secret in shown] == []


def test_the_most_talkative_log_level_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api = client_told(COUPON, 201)
    api.issue(REQUEST)
    with pytest.raises(BitTitanError):
        api.register_partner(reference="r", email="a@example.com", company="A", password=PASSWORD)
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_the_traceback_of_a_broken_answer_holds_no_secret() -> None:
    with pytest.raises(BitTitanError) as failed:
        client_told({**COUPON, "quantity": CODE}, 201).issue(REQUEST)
    shown = "".join(traceback.format_exception(failed.value))
    assert [secret for secret in SECRETS if secret in shown] == []


def test_a_failure_drags_no_request_along() -> None:
    def hang_up(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout(PASSWORD, request=request)

    with pytest.raises(BitTitanError) as failed:
        client(ScriptedVendor(hang_up)).issue(REQUEST)
    assert (failed.value.__cause__, failed.value.__context__) == (None, None)


def test_a_password_is_sent_only_where_it_belongs() -> None:
    vendor = ScriptedVendor(lambda _request: answer(COUPON, 201))
    client(vendor).issue(REQUEST)
    sign_in, issue = vendor.asked
    assert PASSWORD.encode() in sign_in.content
    assert PASSWORD.encode() not in issue.content
