"""No template of ours lets a value become markup: neither a page's nor an e-mail's."""

import re
from pathlib import Path

from bittitan_plugin.web.pages import Pages
from tests.tables import every

PACKAGE = Path(__file__).parents[2] / "bittitan_plugin"
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
HOSTILE = '<script>alert("x")</script>'
#: The one text that is not escaped: attributes the template makes of a setting's own name.
TRUSTED = {"web/admin/templates/settings.html": "more | safe"}


@every("path", TEMPLATES)
def test_no_template_switches_escaping_off(path: Path) -> None:
    text = path.read_text().replace(TRUSTED.get(str(path.relative_to(PACKAGE)), "\0"), "")
    assert re.findall(r"\|\s*safe\b|autoescape|Markup", text) == []


def test_every_directory_of_templates_is_looked_at() -> None:
    named = [str(path.relative_to(PACKAGE)).partition("templates/")[0] for path in TEMPLATES]
    of_rooms = {"mail/", "platforms/saleor/pages/", "platforms/shop/", "web/", "web/admin/"}
    assert set(named) == of_rooms


def test_a_value_on_a_page_stays_text() -> None:
    shown = Pages().environment.from_string("<p>{{ value }}</p>").render(value=HOSTILE)
    assert "<script" not in shown
