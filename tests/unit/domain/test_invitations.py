"""Which link can be followed, and who can be invited when."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.invitations import LIFETIME, PAUSE, Invitation, check_invitable
from tests.fakes.values import NOON, account

INVITED = account(customer_id=None, email="it@fabrikam.example", reseller_id=uuid4())
INVITATION = Invitation(
    id=uuid4(), account_id=INVITED.id, email=INVITED.email, expires_at=NOON + LIFETIME
)
MOMENT = timedelta(microseconds=1)


def test_a_link_can_be_followed_until_it_expires() -> None:
    INVITATION.check(INVITED, NOON + LIFETIME - MOMENT)


def test_a_link_that_is_too_old_says_for_how_long_it_was_good() -> None:
    with pytest.raises(Refusal, match="good for 7 days"):
        INVITATION.check(INVITED, NOON + LIFETIME)


def test_a_link_is_followed_once() -> None:
    used = INVITATION.used(INVITED, NOON)
    with pytest.raises(Refusal, match=r"used already\. Sign in as it@fabrikam\.example"):
        used.used(INVITED, NOON + MOMENT)


def test_a_link_proves_nothing_about_another_address() -> None:
    moved = replace(INVITED, email="new@fabrikam.example")
    with pytest.raises(Refusal, match="another e-mail address by now"):
        INVITATION.used(moved, NOON)


def test_another_invitation_waits_a_while_after_one_that_was_sent() -> None:
    sent = INVITATION.sent(NOON)
    sent.check_pause(NOON + PAUSE)
    with pytest.raises(Refusal, match=r"sent to it@fabrikam\.example less than 10 minutes ago"):
        sent.check_pause(NOON + PAUSE - MOMENT)


def test_an_invitation_that_did_not_get_out_is_repeated_at_once() -> None:
    INVITATION.check_pause(NOON)


def test_only_an_end_customer_is_invited() -> None:
    check_invitable(INVITED)
    with pytest.raises(Refusal, match="Only end customers of a reseller"):
        check_invitable(account())
