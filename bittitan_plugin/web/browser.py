"""Collects every address that people open in a browser, for one platform."""

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bittitan_plugin.web.admin.application import admin_routes
from bittitan_plugin.web.branding import branding_routes
from bittitan_plugin.web.invitations import invitation_routes
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.security_headers import SecurityHeaders
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site


def page_routes(site: Site) -> list[BaseRoute]:
    """The pages and all that they load; they load nothing from other sites."""
    packages = ["bittitan_plugin.web", "bittitan_graphql", *filter(None, [site.platform.package])]
    static = StaticFiles(packages=[(package, "static") for package in packages])
    return [
        Mount("/static", static, name="static", middleware=[Middleware(SecurityHeaders)]),
        *branding_routes(site),
        *sign_in_routes(site),
        *admin_routes(site),
        *portal_routes(site),
        *invitation_routes(site),
        *site.platform.routes(site),
    ]
