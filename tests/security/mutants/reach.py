"""Which test reaches which function: seen once, while the tests run on the whole source.

Also the part of a fresh process that runs chosen tests on a copy of the tree.
"""

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

import pytest

from tests import postgres

#: First lines of functions by file, and how long the test took in seconds.
Reached = dict[str, list[int]]


@dataclass(frozen=True)
class Reach:
    """What one test reaches."""

    test: str
    seconds: float
    functions: Reached

    @property
    def breadth(self) -> int:
        """How many functions it reaches."""
        return sum(map(len, self.functions.values()))

    def meets(self, path: str, function: int | None) -> bool:
        """Whether it runs that function; of a module's own level, anything of the module."""
        there = self.functions.get(path, [])
        return bool(there) if function is None else function in there


@dataclass(eq=False)
class Recorder:
    """A plugin of pytest's that notes every function of ours that a test calls."""

    root: Path
    found: list[Reach] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _now: set[CodeType] = field(default_factory=set)
    _took: float = 0.0
    #: By the name of a fixture that is set up once for several tests: what that called.
    _shared: dict[str, set[CodeType]] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Look on, fixtures included."""
        self._now, self._took = set(), 0.0
        threading.settrace(self._called)
        sys.settrace(self._called)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            for name in getattr(item, "fixturenames", ()):
                self._now |= self._shared.get(name, set())
            self.found.append(Reach(item.nodeid, self._took, self._reached()))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """What is built once is reached by every test that uses it, not by the first alone."""
        before, self._now = self._now, set()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._shared.setdefault(fixturedef.argname, set()).update(self._now)
            self._now |= before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How long it takes, and that it passes: one that fails anyway proves nothing."""
        if report.when != "teardown":
            self._took += report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def _called(self, frame: FrameType, _event: str, _given: object) -> None:
        self._now.add(frame.f_code)

    def _reached(self) -> Reached:
        found: dict[str, list[int]] = defaultdict(list)
        inside = f"{self.root}/"
        for code in list(self._now):
            if code.co_filename.startswith(inside):
                found[code.co_filename.removeprefix(inside)].append(code.co_firstlineno)
        return {path: lines for path, lines in found.items() if not path.startswith("tests/")}


@dataclass(eq=False)
class Notice:
    """A plugin of pytest's that remembers the first test that fails."""

    test: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setting up fails too when a guard is gone."""
        if report.failed and not self.test:
            self.test = report.nodeid


def record(root: Path, tests: Sequence[str], into: Path) -> None:
    """Run the tests on that tree and write down what they reach. Ends the process."""
    recorder = Recorder(root)
    _run(root, ["-q", "-k", "not postgresql", *tests], recorder)
    kept = [vars(each) for each in recorder.found if each.test not in recorder.failed]
    into.write_text(json.dumps({"reached": kept, "failed": recorder.failed}))


def noticed_by(root: Path, tests: Sequence[str]) -> str:
    """The first of the tests that fails on that tree; nothing when all pass."""
    notice = Notice()
    status = _run(root, ["-q", "-x", *tests], notice)
    return notice.test or ("" if status == pytest.ExitCode.OK else "the collection")


def _run(root: Path, arguments: Sequence[str], plugin: object) -> int:
    """With every module of ours imported anew, from that tree."""
    # None of these tests asks for PostgreSQL, so none is started.
    os.environ[postgres.VARIABLE] = "postgresql://none.invalid/none"
    os.chdir(root)
    sys.path[:0] = [str(root), str(root / "graphql"), str(root / "hooks")]
    ours = ("tests", "bittitan_plugin", "bittitan_graphql", "bittitan_hooks")
    for name in [each for each in sys.modules if each.partition(".")[0] in ours]:
        del sys.modules[name]
    # Plugins of pytest's that were imported before it are not to blame.
    quiet = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*quiet, *arguments], plugins=[plugin]))
