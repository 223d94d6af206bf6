"""The operator's list of Saleors that may register, with their keys' and Dashboards' addresses.

A registration is unsigned, from a stranger, and names an address for us to call. Only addresses
that the operator listed in ``BITTITAN_SALEOR_ALLOWED_URLS`` are ever called, so a request cannot
be used to reach into our own network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

#: The longest API address, in characters; it is an installation's key.
LONGEST_URL = 255


class NotAllowed(Exception):
    """That Saleor is not on the operator's list."""


@dataclass(frozen=True)
class AllowedSaleors:
    """The operator's list. ``dashboards`` are further origins that may show our pages."""

    urls: Sequence[str] = ()
    dashboards: Sequence[str] = ()

    def check(self, api_url: str) -> str:
        """The address in its normal form. Raises ``NotAllowed``."""
        wanted = normal(api_url)
        if wanted is None or wanted not in {normal(url) for url in self.urls}:
            raise NotAllowed(
                f"{_shown(api_url)} may not use the app: whoever runs the app has to list that "
                "very address in its BITTITAN_SALEOR_ALLOWED_URLS."
            )
        return wanted

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin that may show our pages without personal data."""
        return tuple(dict.fromkeys(origin(url) for url in [*self.urls, *self.dashboards]))

    def frame_ancestors(self, api_url: str) -> tuple[str, ...]:
        """Origins that may show our pages in a frame: that Saleor's, and listed Dashboards."""
        origins = [origin(api_url), *(origin(url) for url in self.dashboards)]
        return tuple(dict.fromkeys(origins))


def _shown(api_url: str) -> str:
    """An address from a stranger, made safe to show."""
    plain = "".join(each for each in api_url if each.isprintable())[:LONGEST_URL].strip()
    return f"The address '{plain}'" if plain else "A Saleor that names no address of its API"


def normal(url: str) -> str | None:
    """The address in the form for comparing: lower-case scheme and host, one slash at the end.

    None if it is not a plain http(s) address: credentials, query and fragment are refused.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not host or not plain or len(url) > LONGEST_URL:
        return None
    if any(ord(character) < 33 for character in url.strip()):
        return None
    usual = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    place = name if port in {None, usual} else f"{name}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"


def origin(url: str) -> str:
    """Scheme, host and port of an address in its normal form."""
    parts = urlsplit(normal(url) or "")
    return f"{parts.scheme}://{parts.netloc}"


def jwks_url(api_url: str) -> str:
    """The address of that Saleor's public keys. Observed: at the root of its origin."""
    return f"{origin(api_url)}/.well-known/jwks.json"
