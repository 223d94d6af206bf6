"""Which addresses the coupon API may have: in production only public ones, over https.

Staff enter the address. Without this check, a setting could make the server call what only it can
reach: other services in its network, the cloud's metadata. A name is resolved here, each of its
addresses is checked, and only those are connected to, so a different answer the next time (DNS
rebinding) has no effect.
"""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from bittitan_plugin.base import outgoing

#: Addresses that carry an IPv4 address in their last 32 bits (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
#: All addresses assigned for global routing (RFC 4291). All others were, or are, local:
#: addresses with an IPv4 address at their end, site-local ones, translators of one network.
_GLOBAL_UNICAST = IPv6Network("2000::/3")

#: The addresses of a host name and port.
Resolve = Callable[[str, int], list[str]]


class ForbiddenAddress(httpx.InvalidURL):
    """The address may not be called; the message explains why to whoever set it."""


class PublicTransport(outgoing.Network):
    """Calls only public addresses, over https; ignores proxies of the environment.

    Raises ``ForbiddenAddress`` before anything is sent.
    """

    def __init__(self, limits: httpx.Limits, *, resolve: Resolve | None = None) -> None:
        super().__init__(limits, backend=PublicBackend(resolve or addresses_of), direct=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises ``ForbiddenAddress`` if it is not https."""
        if request.url.scheme != "https":
            raise ForbiddenAddress("In production the coupon API is called over https only.")
        return super().handle_request(request)


class PublicBackend(httpcore.SyncBackend):
    """Connects to public addresses only."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        """Connect to the first address that answers, after all of them were checked."""
        found = self._resolve(host, port)
        if not all(is_public(address) for address in found):
            raise ForbiddenAddress(
                "The address leads into a private network. If the coupon API is really there, "
                "the operator sets BITTITAN_ALLOW_PRIVATE_ADDRESSES."
            )
        problem: Exception = httpcore.ConnectError("the name has no address")
        for address in found:
            try:
                return super().connect_tcp(address, port, *rest, **more)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


def addresses_of(host: str, port: int) -> list[str]:
    """The name's addresses now. Raises ``httpcore.ConnectError`` when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether the address can be reached from anywhere on the internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(_is_routed(each) for each in _meant(found))


def _is_routed(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _meant(found: IPv4Address | IPv6Address) -> Iterable[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address that it carries for a gateway."""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return [found.ipv4_mapped]
        if found.sixtofour:
            return [found, found.sixtofour]
        if found in _NAT64:
            return [IPv4Address(int(found) & 0xFFFFFFFF)]
    return [found]
