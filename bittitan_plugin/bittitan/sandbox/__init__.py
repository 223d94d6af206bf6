"""The sandbox: a complete simulator of the coupon API, with faults on request.

For demos, tests and development. It keeps everything in memory and enforces only what the
contract (``docs/reference/coupon-api.openapi.json``) says. ``docs/reference/sandbox.md``
describes how to look inside and how to make it fail.
"""

from bittitan_plugin.bittitan.sandbox.app import create_sandbox
from bittitan_plugin.bittitan.sandbox.catalogue import (
    broken_rows,
    default_catalogue,
    large_catalogue,
)
from bittitan_plugin.bittitan.sandbox.server import SandboxServer, serve_sandbox
from bittitan_plugin.bittitan.sandbox.state import DEFAULT_EMAIL, DEFAULT_PASSWORD, Sandbox

__all__ = [
    "DEFAULT_EMAIL",
    "DEFAULT_PASSWORD",
    "Sandbox",
    "SandboxServer",
    "broken_rows",
    "create_sandbox",
    "default_catalogue",
    "large_catalogue",
    "serve_sandbox",
]
