"""What is written to files is read by their owner alone."""

from pathlib import Path

from sqlalchemy import text

from bittitan_plugin.base.settings import Settings
from bittitan_plugin.mail.files import FileMailer
from bittitan_plugin.mail.rendering import Renderer
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.migrations import in_turn


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_database_its_journals_and_its_directories_are_their_owners_alone(
    tmp_path: Path,
) -> None:
    file = tmp_path / "var" / "deep" / "shop.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    with in_turn(engine), engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (id INTEGER)"))
        modes = {each.name: mode(each) for each in file.parent.glob("shop.sqlite*")}
    engine.dispose()
    del modes["shop.sqlite.migrating"]  # says nothing
    assert modes == dict.fromkeys(("shop.sqlite", "shop.sqlite-wal", "shop.sqlite-shm"), 0o600)
    assert {mode(tmp_path / "var"), mode(file.parent)} == {0o700}


def test_the_directory_of_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    Settings(var_dir=tmp_path / "var", secret_keys=()).keys()
    assert mode(tmp_path / "var") == 0o700


def test_so_is_every_directory_of_mail(tmp_path: Path) -> None:
    FileMailer(tmp_path / "var" / "mail", Renderer()).check()
    assert {mode(tmp_path / "var"), mode(tmp_path / "var" / "mail")} == {0o700}


def test_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    directory = tmp_path / "shared"
    directory.mkdir()
    directory.chmod(0o755)
    engine = open_engine(f"sqlite:///{directory / 'shop.sqlite'}")
    with engine.connect():
        pass
    engine.dispose()
    assert mode(directory) == 0o755
