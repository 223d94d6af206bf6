"""Accounts as values: what synchronizing, failing and saving options make of them."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.accounts import (
    Account,
    AccountStatus,
    SyncOptions,
    check_password,
)
from bittitan_plugin.domain.errors import Refusal
from tests.fakes.values import account

OPTIONS = SyncOptions(email="buyer@example.com", company="Contoso")


@pytest.fixture
def known() -> Account:
    return account().synchronized("partner-1", OPTIONS)


def test_an_account_is_unsynchronized_or_synchronized() -> None:
    assert set(AccountStatus) == {"UNSYNCHRONIZED", "SYNCHRONIZED"}


def test_the_reference_stays_the_same_whatever_changes() -> None:
    before = account()
    assert replace(before, email="other@example.com").reference == before.reference


def test_the_options_are_prefilled_from_the_account() -> None:
    assert account().sync_options == OPTIONS


def test_an_account_without_a_company_goes_by_its_address() -> None:
    assert account(company="").sync_options.company == "buyer@example.com"


def test_what_is_left_out_stays_as_it_was_prefilled() -> None:
    assert OPTIONS.changed(None, None) == OPTIONS


def test_the_first_of_two_synchronizations_counts(known: Account) -> None:
    assert known.synchronized("partner-2", OPTIONS) is known


def test_a_success_forgets_why_the_attempt_before_it_failed() -> None:
    failed = account().not_synchronized("The vendor is away.")
    assert failed.synchronized("partner-1", OPTIONS).sync_error is None


def test_a_failure_that_comes_after_a_success_is_not_said(known: Account) -> None:
    assert known.not_synchronized("The vendor is away.") is known


def test_saving_the_options_of_a_synchronized_account_again_changes_nothing(
    known: Account,
) -> None:
    assert known.saved(OPTIONS) is known


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (replace(OPTIONS, email="other@example.com"), "email"),
        (replace(OPTIONS, company="Fabrikam"), "company_name"),
    ],
)
def test_what_bittitan_knows_is_not_changed(
    known: Account, options: SyncOptions, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        known.saved(options)
    assert refused.value.field == field


def test_no_password_is_fine() -> None:
    assert check_password(None) is None


@pytest.mark.parametrize("password", ["", "x" * 256, "\ud800"])
def test_a_senseless_password_is_refused(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_password(password)
    assert refused.value.field == "password"


CHANGED = SyncOptions(email="new@example.com", company="Adatum")


def test_an_account_follows_its_customer() -> None:
    followed = account().following(OPTIONS, CHANGED)
    assert (followed.email, followed.company) == (CHANGED.email, CHANGED.company)


def test_what_a_person_saved_for_bittitan_does_not_follow() -> None:
    saved = account().saved(SyncOptions(email="licences@example.com", company="Contoso"))
    followed = saved.following(OPTIONS, CHANGED)
    assert (followed.email, followed.company) == ("licences@example.com", "Adatum")


def test_what_bittitan_knows_does_not_follow(known: Account) -> None:
    assert known.following(OPTIONS, CHANGED) is known
