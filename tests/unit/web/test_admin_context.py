"""What a page of the back office offers depends on who looks at it."""

from uuid import uuid4

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.store.queries.figures import Waiting
from bittitan_plugin.web.admin.admin_context import AdminContext
from tests.fakes.values import NOON
from tests.tables import every

HELD = Permission.MANAGE_USERS
CONTEXT = AdminContext(
    viewer=Viewer(email="clerk@example.com", is_staff=True, permissions=frozenset({HELD})),
    installation=Installation(
        id=uuid4(), key="default", active=True, configuration=Configuration(), created_at=NOON
    ),
    waiting=Waiting(requests=0, problems=0),
    now=NOON,
)


@every("permission", Permission)
def test_a_page_offers_what_its_reader_holds_the_permission_for(permission: Permission) -> None:
    assert CONTEXT.may(permission.value) is (permission is HELD)
