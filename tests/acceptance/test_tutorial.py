"""docs/start/first-sale.md, followed word by word in an empty folder: commands and answers."""

import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.acceptance.processes import COMMAND, environment
from tests.ports import free_port
from tests.waiting import PATIENCE_S

PAGE = (Path(__file__).parents[2] / "docs" / "start" / "first-sale.md").read_text("utf-8")
#: Each block of commands with the answer that the page shows below it, or with none.
STEPS = re.findall(r"(?ms)^```sh\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", PAGE)
#: Printed by the shell after each block of commands.
MARK = "-- end of the step --"


def followed(script: str, folder: Path, env: dict[str, str]) -> list[str]:
    """What each step prints, up to the first command that fails."""
    path = f"{COMMAND.parent}{os.pathsep}{env['PATH']}"
    with subprocess.Popen(
        ["bash", "-e", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**env, "PATH": path, "TMPDIR": str(folder)},
        start_new_session=True,
    ) as shell:
        try:
            return shell.communicate(timeout=PATIENCE_S)[0].split(MARK + "\n")
        finally:
            # What it began and did not end by itself ends here.
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)


def pattern_of(shown: str) -> str:
    """An answer as the page shows it: ``…`` is anything within a line."""
    return ".*".join(re.escape(part) for part in shown.strip().split("…"))


def test_every_command_of_the_tutorial_answers_as_its_page_shows(tmp_path: Path) -> None:
    shop, sandbox = free_port(), free_port()
    script = "".join(f"{commands}echo '{MARK}'\n" for commands, _ in STEPS)
    script = script.replace(":8000", f":{shop}").replace(":8001", f":{sandbox}")
    script = script.replace("plugin serve", f"plugin serve --port {shop}")
    script = script.replace("plugin sandbox", f"plugin sandbox --port {sandbox}")
    env = environment({"public_url": f"http://127.0.0.1:{shop}"})
    answers = followed(script, tmp_path, env)
    assert answers[len(STEPS) :] == [""], answers[-1]
    different = [
        (commands, shown, printed)
        for (commands, shown), printed in zip(STEPS, answers, strict=False)
        if not re.fullmatch(pattern_of(shown), printed.strip())
    ]
    assert different == []
