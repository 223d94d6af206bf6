"""The distributor's logo. The rest of its face are settings like all others."""

from dataclasses import replace

from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.branding import Logo, read_logo
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.installations import SETTINGS
from bittitan_plugin.services.ports import Tenant


def change_logo(tenant: Tenant, actor: Actor, content: bytes | None) -> Logo | None:
    """Keep this picture as the logo; None keeps none. Raises what ``read_logo`` raises."""
    logo = None if content is None else read_logo(content)
    with tenant.writing() as work:
        before = work.logos.find()
        installation = work.installations.locked(work.installations.by_id(tenant.id).key)
        work.logos.replace(logo)
        work.installations.save(replace(installation, logo_digest=logo.digest if logo else None))
        changes = differences({"brand_logo": _described(before)}, {"brand_logo": _described(logo)})
        work.audit.record(actor, tenant.ports.clock(), SETTINGS, changes)
    return logo


def find_logo(tenant: Tenant) -> Logo | None:
    """The logo, if there is one."""
    with tenant.reading() as work:
        return work.logos.find()


def _described(logo: Logo | None) -> str | None:
    """A logo as the audit shows it. Two pictures of one size differ by their digest."""
    if logo is None:
        return None
    return f"{logo.content_type}, {logo.width} × {logo.height} pixels, {logo.digest[:8]}"
