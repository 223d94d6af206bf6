"""The shop's page: what it serves, and that its script asks for nothing that is not there."""

import re
import tomllib
from pathlib import Path

import pytest

from bittitan_plugin.platforms.shop.storefront import operations_folder
from tests.integration.graphql_extension.operations import FOLDER
from tests.integration.portal.browsing import Counter, Visitor
from tests.tables import every

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "bittitan_plugin"
STATIC = PACKAGE / "platforms" / "shop" / "static"
SHARED = PACKAGE / "web" / "static"
SCRIPTS = [STATIC / "shop.js", *sorted((STATIC / "shop").glob("*.js"))]
OPERATIONS = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.graphql"))


@pytest.fixture
def guest(counter: Counter) -> Visitor:
    """Nobody in particular."""
    return counter.visitor(None)


def used() -> list[str]:
    """The operations the script names."""
    names = re.findall(r'"([\w/-]+\.graphql)"', "".join(path.read_text() for path in SCRIPTS))
    return sorted(set(names))


def test_everyone_may_look(guest: Visitor) -> None:
    page = guest.open("/shop/")
    assert (page.status, page.path) == (200, "/shop/")


def test_the_page_names_the_time_zone_of_the_instance(guest: Visitor) -> None:
    assert 'data-time-zone="Europe/Athens"' in guest.open("/shop/").answer.text


def test_the_page_runs_our_scripts_and_no_others(guest: Visitor) -> None:
    answer = guest.open("/shop/").answer
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>[^<]", answer.text) == []
    assert re.findall(r" on\w+=| style=", answer.text) == []


def test_without_javascript_the_page_says_what_it_is_for(guest: Visitor) -> None:
    assert "Ordering here needs JavaScript" in guest.open("/shop/").text


@every("name", OPERATIONS)
def test_the_operations_are_served_as_they_are(guest: Visitor, name: str) -> None:
    answer = guest.request("GET", f"/shop/operations/{name}")
    assert answer.status_code == 200
    assert answer.text == (FOLDER / name).read_text()


def test_no_browser_may_take_an_operation_for_something_else(guest: Visitor) -> None:
    answer = guest.request("GET", "/shop/operations/fragments.graphql")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_operations_can_only_be_read(guest: Visitor, method: str) -> None:
    answer = guest.request(method, "/shop/operations/fragments.graphql")
    assert answer.status_code == 405


@pytest.mark.parametrize("path", ["../schema.graphql", "..%2fschema.graphql", "nothing.graphql"])
def test_nothing_else_is_served_there(guest: Visitor, path: str) -> None:
    assert guest.request("GET", f"/shop/operations/{path}").status_code == 404


@every("name", used())
def test_every_operation_the_script_sends_exists(name: str) -> None:
    assert name == "fragments.graphql" or name in OPERATIONS


def test_the_script_writes_no_document_of_its_own() -> None:
    written = [
        p.name for p in SCRIPTS if re.search(r"\b(query|mutation)\s+\w*\s*[({]", p.read_text())
    ]
    assert written == []


def test_the_script_makes_no_markup_of_text() -> None:
    risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    assert [path.name for path in SCRIPTS if risky.search(path.read_text())] == []


def test_a_wheel_carries_the_operations_where_the_page_looks_for_them() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    assert included["graphql/operations"] == "bittitan_plugin/platforms/shop/operations"
    assert operations_folder() == FOLDER


def test_every_script_and_style_a_template_names_exists() -> None:
    templates = PACKAGE.rglob("*.html")
    named = re.findall(r'"/static/([\w./-]+)"', "".join(path.read_text() for path in templates))
    missing = [name for name in named if not any((f / name).exists() for f in (STATIC, SHARED))]
    assert named
    assert missing == []


def test_every_module_a_script_imports_exists() -> None:
    for script in [*SCRIPTS, SHARED / "copy.js"]:
        for name in re.findall(r'from "(\./[^"]+|\.\./[^"]+)"', script.read_text()):
            # Both folders are served as one.
            within = (script.parent / name).resolve()
            root = STATIC if script.is_relative_to(STATIC) else SHARED
            found = [(f / within.relative_to(root)).exists() for f in (STATIC, SHARED)]
            assert any(found), (script.name, name)
