"""Renders the page of one licence: its code, its terms, and a link to order it again."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.web.portal.licenses import License
from bittitan_plugin.web.site import Site, run


def address_of(found: License) -> str:
    """The path of the licence's page."""
    return f"/portal/licenses/{found.asset.id}"


async def license_page(
    site: Site,
    request: Request,
    found: License,
    said: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    """The page of a licence. ``said``: what was ``done``, or the ``error`` and what was typed."""
    code, unreadable = await run(lambda: _code(site, found))
    return await site.page(
        request,
        "portal/license.html",
        status=status,
        license=found,
        address=address_of(found),
        code=code,
        code_unreadable=unreadable,
        again=_again(found),
        # Identifies this page's form, so that sending it twice counts once.
        once=str(uuid4()),
        **said,
    )


async def terms_page(
    site: Site,
    request: Request,
    found: License,
    said: Mapping[str, object],
    *,
    status: int = 200,
) -> Response:
    """The page of terms. ``said``: the ``error``, what ``changed``, the ``comment``."""
    common: dict[str, object] = {"comment": "", "comment_fault": None, "changed": []}
    return await site.page(
        request,
        "portal/cancel.html",
        status=status,
        license=found,
        address=address_of(found),
        **(common | dict(said)),
    )


def _code(site: Site, found: License) -> tuple[str | None, bool]:
    """The coupon code, and whether a code exists that cannot be read."""
    if found.asset.coupon_code is None:
        return None, False
    try:
        return site.ports.cipher.open(found.asset.coupon_code), False
    except UnreadableSecret:
        return None, True


def _again(found: License) -> str | None:
    """A link to the shop with the same order filled in, after the # and so not sent to servers."""
    product, asset = found.product, found.asset
    if product is None or not product.published or product.variant_id is None:
        return None
    values = {
        "again": product.variant_id,
        "quantity": str(asset.quantity),
        "name": asset.friendly_name or "",
        "for": found.end_customer.email if found.end_customer else "",
    }
    return f"/shop/#{urlencode({name: value for name, value in values.items() if value})}"
