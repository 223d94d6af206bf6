"""A typed secret that a form keeps: for the same user and setting, for minutes."""

from datetime import timedelta

import pytest

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.web.held_secrets import HELD_FOR, hold, take
from tests.fakes.values import NOON

CIPHER = Cipher([generate_key()])
HELD = hold(CIPHER, user="a@b.c", setting="api_password", secret="s3cret", now=NOON)


def test_it_is_there_again_and_cannot_be_read_in_the_page() -> None:
    assert "s3cret" not in HELD
    late = NOON + HELD_FOR - timedelta(seconds=1)
    assert take(CIPHER, HELD, user="a@b.c", setting="api_password", now=late) == "s3cret"


@pytest.mark.parametrize(
    ("held", "user", "setting", "late"),
    [
        (HELD, "other@b.c", "api_password", timedelta(0)),
        (HELD, "a@b.c", "another", timedelta(0)),
        (HELD, "a@b.c", "api_password", HELD_FOR),
        (CIPHER.seal("a coupon code"), "a@b.c", "api_password", timedelta(0)),
        (CIPHER.seal('["another purpose"]'), "a@b.c", "api_password", timedelta(0)),
        ("nonsense", "a@b.c", "api_password", timedelta(0)),
    ],
    ids=["another user", "another setting", "too late", "a code", "another purpose", "nonsense"],
)
def test_for_anybody_and_anything_else_it_is_nothing(
    held: str, user: str, setting: str, late: timedelta
) -> None:
    assert take(CIPHER, held, user=user, setting=setting, now=NOON + late) == ""
