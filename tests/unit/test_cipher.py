"""Secrets at rest: sealed with the first key, opened with any."""

import pytest

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret, generate_key, is_key

OLD, NEW = generate_key(), generate_key()


def test_what_was_sealed_can_be_opened() -> None:
    assert Cipher([OLD]).open(Cipher([OLD]).seal("pässword")) == "pässword"


def test_a_sealed_secret_does_not_show_it() -> None:
    assert "password" not in Cipher([OLD]).seal("password")


def test_equal_secrets_cannot_be_told_by_their_seals() -> None:
    cipher = Cipher([OLD])
    assert cipher.seal("password") != cipher.seal("password")


def test_after_a_new_key_is_put_in_front_old_secrets_can_still_be_opened() -> None:
    sealed = Cipher([OLD]).seal("password")
    assert Cipher([NEW, OLD]).open(sealed) == "password"


def test_the_key_in_front_seals() -> None:
    sealed = Cipher([NEW, OLD]).seal("password")
    assert Cipher([NEW]).open(sealed) == "password"


def test_without_its_key_a_secret_is_unreadable_and_the_error_says_what_to_do() -> None:
    sealed = Cipher([OLD]).seal("password")
    with pytest.raises(UnreadableSecret, match=r"BITTITAN_SECRET_KEYS; put the key"):
        Cipher([NEW]).open(sealed)


def test_a_secret_that_was_tampered_with_is_unreadable() -> None:
    sealed = Cipher([OLD]).seal("password")
    with pytest.raises(UnreadableSecret):
        Cipher([OLD]).open(type(sealed)(sealed[:-8] + "AAAAAAA="))


@pytest.mark.parametrize(
    ("text", "usable"),
    [(OLD, True), ("", False), ("change-me", False), (OLD[:-4], False)],
    ids=["a key", "nothing", "a word", "a key cut short"],
)
def test_a_key_can_be_told_from_other_text(text: str, usable: bool) -> None:
    assert is_key(text) is usable
