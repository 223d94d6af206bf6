"""What the back office adapts in starlette-admin's templates is still found there."""

from pathlib import Path

import starlette_admin

from bittitan_plugin.web.admin.theme import _REPLACED
from tests.tables import every

TEMPLATES = Path(starlette_admin.__file__).parent / "templates"
SOURCES = [path.read_text() for path in TEMPLATES.rglob("*.html")]


@every("replaced", _REPLACED)
def test_what_is_replaced_stands_in_a_template(replaced: str) -> None:
    assert any(replaced in source for source in SOURCES)
