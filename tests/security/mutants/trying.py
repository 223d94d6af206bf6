"""Tries mutants on copies of the tree, each in a fresh process, two at a time."""

import compileall
import json
import os
import shutil
import signal
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.security.mutants.finding import ROOTS, Mutant
from tests.security.mutants.reach import Reach, noticed_by, record

#: What may know of a guard, nearest first. A test that reaches nothing of it is not run.
TESTS = (
    "tests/security",
    "tests/unit/domain/test_access.py",
    "tests/integration/store/test_isolation.py",
    "tests/integration/store/test_isolated_queries.py",
    "tests/integration/store/test_saleor_tables.py",
    "tests/unit/saleor/test_invoice_links.py",
    "tests/unit/web/test_csrf.py",
    "tests/unit/web/test_devices.py",
    "tests/unit/web/test_admin_context.py",
    "tests/unit/web/test_sessions.py",
    "tests/integration/web/test_forms.py",
    "tests/integration/web/test_routes.py",
    "tests/integration/storefront/test_shop.py",
    "tests/integration/admin/test_overview.py",
    "tests/integration/shop/test_tokens.py",
    "tests/integration/shop/test_sign_in.py",
    "tests/integration/shop/test_orders.py",
    "tests/integration/shop/test_pages.py",
    "tests/integration/shop/test_catalogue.py",
    "tests/integration/portal/test_reading.py",
    "tests/integration/portal/test_changing.py",
    "tests/integration/saleor/inbound",
    "tests/integration/saleor/story/test_invoice_page.py",
    "tests/integration/graphql_extension",
)
AT_ONCE = 2
#: Seconds that the tests of one mutant may take, as they were when watched, which is some three
#: times as long as alone: enough to knock at every address. And after how many it hangs.
BUDGET, LONGEST = 120.0, 240
#: Not the tree's own.
_NOT_COPIED = (".*", "node_modules", "__pycache__", "build", "dist", "var", "images")


@dataclass(frozen=True)
class Outcome:
    """Which test noticed; none when the mutant survived."""

    mutant: Mutant
    noticed: str


def copies(checkout: Path, into: Path) -> list[Path]:
    """As many trees as are worked on at once. The checkout itself is never touched."""
    first, *others = made = [into / str(number) for number in range(AT_ONCE)]
    shutil.copytree(checkout, first, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    for part in ROOTS:
        compileall.compile_dir(first / part, quiet=1)
    for other in others:
        shutil.copytree(first, other)
    return made


def warm_up() -> None:
    """Import what is not ours once, so that a fresh process is ready in a second or two."""
    import dbos
    import hypothesis
    import starlette_admin
    import strawberry.asgi
    import strawberry.federation
    import uvicorn

    del dbos, hypothesis, starlette_admin, strawberry, uvicorn


def reaches(trees: Sequence[Path], said: Callable[[str], None]) -> list[Reach]:
    """What each test reaches, the most to the point first: those that reach the least."""
    shares = [TESTS[:1], TESTS[1:]]
    files = [trees[0].with_name(f"reach{number}.json") for number in range(len(shares))]
    jobs = {file: _recording(share, file) for file, share in zip(files, shares, strict=True)}
    for _ in _in_turn(jobs, trees):
        pass
    found = [json.loads(file.read_text()) for file in files]
    for failed in (name for each in found for name in each["failed"]):
        said(f"fails anyway, and is left out: {failed}")
    reached = [Reach(**each) for part in found for each in part["reached"]]
    return sorted(reached, key=lambda each: (each.breadth, each.seconds))


def chosen(mutant: Mutant, reached: Sequence[Reach]) -> list[str]:
    """The tests that could notice, as many as fit into the budget, module by module."""
    left, modules = BUDGET, defaultdict[str, list[str]](list)
    for each in reached:
        if each.meets(mutant.path, mutant.function):
            modules[each.test.partition("::")[0]].append(each.test)
            left -= each.seconds
            if left < 0:
                break
    return [test for tests in modules.values() for test in tests]


def tried(
    mutants: Sequence[Mutant], reached: Sequence[Reach], trees: Sequence[Path]
) -> Iterator[Outcome]:
    """Each mutant with what became of it, as they are done."""
    jobs = {each: _trial(each, chosen(each, reached)) for each in mutants}
    sources = {each.path: (trees[0] / each.path).read_bytes() for each in mutants}
    for mutant, tree, noticed in _in_turn(jobs, trees):
        (tree / mutant.path).write_bytes(sources[mutant.path])
        yield Outcome(mutant, noticed)


#: Runs in a process of its own on a tree and returns a sentence.
Job = Callable[[Path], str]
Key = TypeVar("Key")


def _recording(tests: Sequence[str], into: Path) -> Job:
    def job(tree: Path) -> str:
        record(tree, tests, into)
        return ""

    return job


def _trial(mutant: Mutant, tests: Sequence[str]) -> Job:
    def job(tree: Path) -> str:
        # Ends the process.
        signal.alarm(LONGEST)
        file = tree / mutant.path
        file.write_bytes(mutant.applied(file.read_bytes()))
        sys.dont_write_bytecode = True
        return noticed_by(tree, tests) if tests else ""

    return job


def _in_turn(jobs: Mapping[Key, Job], trees: Sequence[Path]) -> Iterator[tuple[Key, Path, str]]:
    """Do the jobs, one per tree at a time. Yields each one's key, its tree and its sentence."""
    waiting, free = list(jobs), list(trees)
    running: dict[int, tuple[Key, Path]] = {}
    while waiting or running:
        while waiting and free:
            key, tree = waiting.pop(0), free.pop()
            running[_forked(jobs[key], tree)] = key, tree
        pid, status = os.wait()
        key, tree = running.pop(pid)
        said = tree.with_suffix(".said")
        hung = f"ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "broke"
        yield key, tree, said.read_text() if said.exists() else hung
        free.append(tree)


def _forked(job: Job, tree: Path) -> int:
    said = tree.with_suffix(".said")
    said.unlink(missing_ok=True)
    pid = os.fork()
    if pid:
        return pid
    with tree.with_suffix(".log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            said.write_text(job(tree))
        except BaseException:
            traceback.print_exc(file=log)
            log.flush()
        finally:
            os._exit(0)
