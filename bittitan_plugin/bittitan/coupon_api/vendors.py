"""Keeps one client for each configuration: made on first use, then shared."""

import threading
from collections import OrderedDict
from collections.abc import Callable

import httpx

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.bittitan.coupon_api.call_limits import CallLimits
from bittitan_plugin.bittitan.coupon_api.client import CouponApi
from bittitan_plugin.bittitan.coupon_api.transport import READ_TIMEOUT
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Sealed

#: Clients kept at a time; the least recently used is dropped first.
MOST_CLIENTS = 64

_Key = tuple[str, str, Sealed]


class CouponApiVendors:
    """Implements ``Vendors``. Thread-safe.

    ``read_timeout`` is in seconds; ``transport_factory`` gives the transport for an address
    instead of the network; ``traffic`` limits and stops the calls of all clients.
    """

    def __init__(
        self,
        cipher: Cipher,
        *,
        read_timeout: float = READ_TIMEOUT,
        transport_factory: Callable[[str], httpx.BaseTransport] | None = None,
        most_clients: int = MOST_CLIENTS,
        traffic: CallLimits | None = None,
    ) -> None:
        self._traffic = traffic
        self._cipher = cipher
        self._read_timeout = read_timeout
        self._transport_factory = transport_factory
        self._most_clients = most_clients
        self._lock = threading.Lock()
        self._clients: OrderedDict[_Key, CouponApi] = OrderedDict()

    def of(self, configuration: Configuration) -> CouponApi:
        """The client for this address and these credentials. Opens no connection yet.

        Raises ``Refusal``: ``REQUIRED`` on a setting that is empty, ``PLUGIN_MISCONFIGURED``
        on one that cannot be used; and ``UnreadableSecret`` when no key here opens the password.
        """
        configuration.check_api()
        sealed = configuration.api_password or Sealed("")
        key = (configuration.api_url, configuration.api_email, sealed)
        with self._lock:
            client = self._clients.get(key) or self._connect(*key)
            self._clients[key] = client
            self._clients.move_to_end(key)
            # Not closed here: another thread may be in a call. The client closes
            # itself when the last of them drops it.
            while len(self._clients) > self._most_clients:
                self._clients.popitem(last=False)
        return client

    def close(self) -> None:
        """Close every connection of every client."""
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _connect(self, url: str, email: str, sealed: Sealed) -> CouponApi:
        password = self._cipher.open(sealed)
        transport = self._transport_factory(url) if self._transport_factory else None
        return CouponApi(
            url,
            email=email,
            password=password,
            read_timeout=self._read_timeout,
            transport=transport,
            gate=self._traffic.gate(url) if self._traffic else None,
        )
