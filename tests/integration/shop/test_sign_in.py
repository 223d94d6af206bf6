"""Guessing passwords: counted for every process alike, slower with each guess from one place."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.sign_in import (
    FORGOTTEN_AFTER,
    PER_ACCOUNT,
    PER_NETWORK,
    SignInDelayed,
)
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import SignInFailureRow
from tests.conftest import StandingClock
from tests.integration.shop.shop import Shop
from tests.tables import every

EMAIL, PASSWORD = "buyer@guessing.example", "correct horse"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def buyer(platform: ShopPlatform) -> None:
    platform.customers.create(email=EMAIL, password=PASSWORD)


def guess(platform: ShopPlatform, times: int, *, address: str = HOME) -> None:
    for number in range(times):
        assert platform.sign_in(EMAIL, f"wrong {number}", address) is None


def test_the_free_guesses_do_not_delay_the_right_password(platform: ShopPlatform) -> None:
    guess(platform, PER_ACCOUNT.free - 1)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_after_too_many_guesses_even_the_right_password_waits(platform: ShopPlatform) -> None:
    guess(platform, PER_ACCOUNT.free)
    with pytest.raises(SignInDelayed) as delayed:
        platform.sign_in(EMAIL, PASSWORD, HOME)
    assert delayed.value.seconds == 1


def test_a_right_password_is_accepted_whatever_is_guessed_elsewhere(
    platform: ShopPlatform,
) -> None:
    for number in range(3 * PER_NETWORK.free):
        with suppress(SignInDelayed):
            assert platform.sign_in(EMAIL, "wrong", f"2001:db8:6:{number:x}::1") is None
        with suppress(SignInDelayed):
            assert platform.sign_in(EMAIL, "wrong", f"198.51.100.{number}") is None
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None
    assert platform.sign_in(EMAIL, PASSWORD, "2001:db8:1:2::1") is not None


def test_a_known_device_waits_for_no_stranger_of_its_network(platform: ShopPlatform) -> None:
    for number in range(PER_NETWORK.free):
        with suppress(SignInDelayed):
            platform.sign_in(EMAIL, "wrong", HOME)
        with suppress(SignInDelayed):
            platform.sign_in(f"nobody-{number}@example.com", "wrong", HOME)
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL, PASSWORD, HOME)
    assert platform.customers.sign_in(EMAIL, PASSWORD, HOME, "desk") is not None


def test_who_guesses_on_a_known_device_waits_like_anybody(platform: ShopPlatform) -> None:
    for _ in range(PER_ACCOUNT.free):
        assert platform.customers.sign_in(EMAIL, "wrong", HOME, "desk") is None
    with pytest.raises(SignInDelayed):
        platform.customers.sign_in(EMAIL, PASSWORD, ELSEWHERE, "desk")
    assert platform.customers.sign_in(EMAIL, PASSWORD, HOME, "phone") is not None


def test_the_subnets_of_one_site_have_no_more_guesses_at_an_account_than_one_of_them(
    platform: ShopPlatform,
) -> None:
    for number in range(PER_ACCOUNT.free):
        assert platform.sign_in(EMAIL, "wrong", f"2001:db8:6:{number:x}::1") is None
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL.upper(), PASSWORD, "2001:db8:6:ffff::1")
    assert platform.sign_in(EMAIL, PASSWORD, "2001:db8:7::1") is not None


def test_a_right_password_elsewhere_gives_the_guesser_nothing_back(
    platform: ShopPlatform,
) -> None:
    guess(platform, PER_ACCOUNT.free, address=ELSEWHERE)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL, "wrong", ELSEWHERE)


def test_after_the_wait_the_right_password_works(
    platform: ShopPlatform, clock: StandingClock
) -> None:
    guess(platform, PER_ACCOUNT.free)
    clock.now += timedelta(seconds=1)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_a_domain_in_another_script_is_one_address_however_it_is_typed(
    platform: ShopPlatform,
) -> None:
    made = platform.customers.create(email="buyer@Straße.guessing.example", password=PASSWORD)
    assert made.email == "buyer@xn--strae-oqa.guessing.example"
    for typed in ("buyer@straße.guessing.example", made.email):
        assert platform.sign_in(typed, PASSWORD, HOME) is not None


def test_an_address_that_cannot_be_written_to_is_refused_for_a_new_customer(
    platform: ShopPlatform,
) -> None:
    with pytest.raises(Refusal) as refused:
        platform.customers.create(email="buyer@exam\u00adple.example", password=PASSWORD)
    assert refused.value.field == "email"


def test_a_clock_that_is_stepped_back_locks_nobody_out(
    platform: ShopPlatform, clock: StandingClock
) -> None:
    clock.now += timedelta(days=30)
    guess(platform, PER_ACCOUNT.free)
    clock.now -= timedelta(days=30)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_a_clock_that_is_stepped_back_gives_whoever_guesses_one_attempt_and_no_more(
    platform: ShopPlatform, clock: StandingClock
) -> None:
    clock.now += timedelta(days=30)
    guess(platform, PER_ACCOUNT.free)
    clock.now -= timedelta(days=30)
    guess(platform, 1)
    with pytest.raises(SignInDelayed) as delayed:
        platform.sign_in(EMAIL, PASSWORD, HOME)
    assert delayed.value.seconds == 2


def test_a_delayed_attempt_does_not_lengthen_the_wait(
    platform: ShopPlatform, clock: StandingClock
) -> None:
    guess(platform, PER_ACCOUNT.free)
    for _ in range(10):
        with pytest.raises(SignInDelayed):
            platform.sign_in(EMAIL, PASSWORD, HOME)
    clock.now += timedelta(seconds=1)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_signing_in_gives_the_account_its_free_guesses_back(platform: ShopPlatform) -> None:
    for _ in range(3):
        guess(platform, PER_ACCOUNT.free - 1)
        assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_an_address_that_tries_many_accounts_waits(platform: ShopPlatform) -> None:
    for number in range(PER_NETWORK.free):
        assert platform.sign_in(f"nobody-{number}@example.com", "wrong", ELSEWHERE) is None
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL, PASSWORD, ELSEWHERE)
    assert platform.sign_in(EMAIL, PASSWORD, HOME) is not None


def test_addresses_of_one_network_are_one_guesser(platform: ShopPlatform) -> None:
    for number in range(PER_NETWORK.free):
        address = f"2001:db8:1:2::{number:x}"
        assert platform.sign_in(f"nobody-{number}@example.com", "wrong", address) is None
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL, PASSWORD, "2001:db8:1:2:ffff::1")
    assert platform.sign_in(EMAIL, PASSWORD, "2001:db8:1:3::1") is not None


def test_an_address_is_the_same_however_it_is_written(platform: ShopPlatform) -> None:
    for number in range(PER_NETWORK.free):
        assert platform.sign_in(f"nobody-{number}@example.com", "wrong", f"::ffff:{HOME}") is None
    with pytest.raises(SignInDelayed):
        platform.sign_in(EMAIL, PASSWORD, HOME)


@pytest.mark.databases("sqlite", "postgresql")
def test_right_passwords_at_once_leave_no_failure_behind(platform: ShopPlatform) -> None:
    with ThreadPoolExecutor(3) as threads:
        signed_in = list(
            threads.map(lambda _: platform.sign_in(EMAIL, PASSWORD, HOME), range(3 * 12))
        )
    assert None not in signed_in
    with platform.database.reading() as session:
        left = session.scalars(select(SignInFailureRow).where(SignInFailureRow.failures > 0))
        assert [(row.subject, row.failures) for row in left] == []


@every("password", ["\ud800", f"{PASSWORD}\udfff", "\0"])
def test_what_can_be_no_password_is_a_wrong_one(platform: ShopPlatform, password: str) -> None:
    assert platform.sign_in(EMAIL, password, HOME) is None


@every("character", ["\ud800", "\u200b", "\u202e", "\0"])
def test_a_password_has_nothing_in_it_that_nobody_could_type(
    platform: ShopPlatform, character: str
) -> None:
    with pytest.raises(Refusal) as refused:
        platform.customers.create(email="new@example.com", password=f"{PASSWORD}{character}")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "password")


def test_an_account_that_does_not_exist_is_delayed_like_one_that_does(
    platform: ShopPlatform,
) -> None:
    for number in range(PER_ACCOUNT.free):
        assert platform.sign_in("nobody@example.com", f"wrong {number}", HOME) is None
    with pytest.raises(SignInDelayed):
        platform.sign_in("nobody@example.com", "wrong", HOME)


@pytest.mark.databases("sqlite", "postgresql")
def test_guesses_at_once_are_counted_one_by_one(platform: ShopPlatform) -> None:
    def guessed(number: int) -> bool:
        try:
            platform.sign_in(EMAIL, f"wrong {number}", HOME)
        except SignInDelayed:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        compared = sum(threads.map(guessed, range(16)))
    assert compared == PER_ACCOUNT.free


@every("email", ["", "\0", "x" * 10_000, "\ud800"])
def test_whatever_is_typed_as_an_address_is_counted(platform: ShopPlatform, email: str) -> None:
    assert platform.sign_in(email, "wrong", HOME) is None


def test_graphql_says_how_long_to_wait(platform: ShopPlatform, shop: Shop) -> None:
    # Where httpx says that its requests within a process come from.
    guess(platform, PER_ACCOUNT.free, address="127.0.0.1")
    answer = shop.ask(
        "mutation ($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) "
        "{ token errors { field code message } } }",
        e=EMAIL,
        p=PASSWORD,
    )["tokenCreate"]
    (error,) = answer["errors"]
    assert (answer["token"], error["code"]) == (None, "LOGIN_ATTEMPT_DELAYED")
    assert "1 seconds" in error["message"]


@pytest.mark.databases("sqlite", "postgresql")
def test_people_who_come_back_at_once_after_a_night_do_not_stand_in_each_other_s_way(
    platform: ShopPlatform, clock: StandingClock
) -> None:
    """What is long ago is forgotten by whoever comes first, and is just then counted by others."""
    addresses = [f"192.0.2.{number}" for number in range(8)]
    for _ in range(5):
        for address in addresses:
            guess(platform, 1, address=address)
        clock.now += 2 * FORGOTTEN_AFTER
        ready = Barrier(len(addresses))

        def come(address: str, ready: Barrier = ready) -> bool:
            ready.wait()
            return platform.sign_in(EMAIL, PASSWORD, address) is not None

        with ThreadPoolExecutor(len(addresses)) as threads:
            assert all(threads.map(come, addresses))
