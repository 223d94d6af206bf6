"""Changes people make to an asset."""

from dataclasses import replace
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.ports import Ports

#: Longest name a person may give, in characters.
LONGEST_NAME = 255


def update_asset(
    ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor, *, friendly_name: str | None
) -> Asset:
    """Give the asset another friendly name; None or blank takes it away.

    Raises ``Refusal`` when the plugin is off, the asset is unknown or the name too long.
    """
    name = (friendly_name or "").strip() or None
    if name and len(name) > LONGEST_NAME:
        raise Refusal(
            ErrorCode.INVALID,
            f"A friendly name has at most {LONGEST_NAME} characters.",
            field="friendly_name",
        )
    with ports.store.writing(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        return work.assets.change(
            asset_id, lambda asset: replace(asset, friendly_name=name), actor, ports.clock()
        )
