"""The key that development makes for itself."""

import subprocess
import sys
from pathlib import Path

from bittitan_plugin.base.cipher import is_key
from bittitan_plugin.base.settings import Settings
from tests.waiting import PATIENCE_S

ASK = """
import sys
from pathlib import Path
from bittitan_plugin.base.settings import Settings
sys.stdin.readline()
print(Settings(var_dir=Path(sys.argv[1])).keys()[0])
"""


def settings(directory: Path) -> Settings:
    return Settings(var_dir=directory / "var", secret_keys=())


def test_a_key_is_made_when_none_is_set(tmp_path: Path) -> None:
    (key,) = settings(tmp_path).keys()
    assert is_key(key)


def test_it_is_kept_for_the_next_start(tmp_path: Path) -> None:
    assert settings(tmp_path).keys() == settings(tmp_path).keys()


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    settings(tmp_path).keys()
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    settings(tmp_path).keys()
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret.key"]


def test_no_key_is_made_when_one_is_set(tmp_path: Path) -> None:
    own = settings(tmp_path / "other").keys()
    Settings(var_dir=tmp_path / "var", secret_keys=own).keys()
    assert not (tmp_path / "var").exists()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, str(tmp_path / "var")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = {racer.communicate(timeout=PATIENCE_S)[0].strip() for racer in racers}
    assert len(answers) == 1
    assert is_key(answers.pop())
