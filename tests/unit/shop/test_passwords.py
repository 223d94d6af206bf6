"""Password hashes."""

from bittitan_plugin.platforms.shop.passwords import hash_password, matches


def test_the_right_password_matches() -> None:
    assert matches("correct horse", hash_password("correct horse"))


def test_a_wrong_password_does_not_match() -> None:
    assert not matches("wrong horse", hash_password("correct horse"))


def test_a_user_without_a_password_matches_nothing() -> None:
    assert not matches("", None)


def test_the_same_password_is_hashed_differently_each_time() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


def test_a_hash_does_not_contain_the_password() -> None:
    assert "correct horse" not in hash_password("correct horse")
