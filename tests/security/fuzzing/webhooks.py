"""Deliveries to the webhook address: forged, damaged, or signed by a Saleor gone mad."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.platforms.saleor.apps import Registration
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.keys import Keys
from bittitan_plugin.platforms.saleor.webhooks import Webhooks
from bittitan_plugin.plugin.bootstrap import build
from tests.fakes.saleor.signing import Signing
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken, hush
from tests.wired import saleors_of

API_URL = "https://saleor.example/graphql/"
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
EVENTS = ["orderFullyPaid", "orderCancelled", "orderRefunded", "productUpdated", "invoiceSent"]


class _Ear:
    """Counts the hooks that are fired."""

    def __init__(self) -> None:
        self.heard = 0

    @specs.hookimpl
    def order_fully_paid(self, event: specs.OrderFullyPaid) -> None:
        del event
        self.heard += 1


def deliveries(random: Random, database_url: str, directory: Path) -> Callable[[int], str]:
    """Only what is signed over exactly these bytes may ever be more than 401 (or 503)."""
    settings = Settings(
        database_url=database_url,
        var_dir=directory,
        secret_keys=(generate_key(),),
        log_format=LogFormat.QUIET,
    )
    application = build(settings, clock=lambda: NOW)
    application.migrate()
    hush()
    signing, apps, ear = Signing(), saleors_of(application).apps, _Ear()
    apps.register(
        Registration(
            api_url=API_URL, domain="saleor.example", app_id="QXBwOjE=", token="t" * 30,
            jwks=signing.jwks(), version="3.23",
        )
    )  # fmt: skip
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(ear)
    fetched: list[str] = []

    def fetch(url: str) -> dict[str, object]:
        fetched.append(url)
        return signing.jwks()

    keys = Keys(apps, lambda: NOW, fetch)
    webhooks = Webhooks(apps, keys, Intake(plugins), application.ports.store, lambda: NOW)

    def attempt(_number: int) -> str:
        headers, body, proved = _delivery(random, signing)
        heard = ear.heard
        answer = webhooks.receive(headers, body)
        if not proved and (answer.status not in {401, 503} or ear.heard != heard):
            raise Broken(f"a forgery was answered with {answer.status}")
        if answer.status not in {200, 400, 401, 410, 422, 503}:
            raise Broken(f"the answer was {answer.status}")
        if len(fetched) > 1:
            raise Broken("keys were fetched again for a bad signature")
        return str(answer.status)

    return attempt


def _delivery(random: Random, signing: Signing) -> tuple[dict[str, str], bytes, bool]:
    body = noise.as_json(noise.spoiled(random, _event(random)))
    signature, url, proved = signing.signature(body), API_URL, True
    match random.randrange(5):
        case 0:
            signature, proved = random.choice(_forgeries(random, body, signing)), False
        case 1:
            changed = noise.damaged(random, body)
            body, proved = changed, changed == body
        case 2 if random.random() < 0.5:
            url, proved = noise.text(random), False
        case 3:
            body = noise.damaged(random, body)
            signature = signed(signing, body)
    headers = {"Saleor-Api-Url": url, "Saleor-Signature": signature}
    return headers, body, proved


def signed(signing: Signing, body: bytes) -> str:
    """As Saleor signs, over bytes that need not be text."""
    header = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": signing.key.kid}
    protected = urlsafe_b64encode(noise.as_json(header)).rstrip(b"=")
    key = signing.key.private_key
    assert isinstance(key, RSAPrivateKey)
    made = key.sign(protected + b"." + body, PKCS1v15(), SHA256())
    return f"{protected.decode()}..{urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _forgeries(random: Random, body: bytes, signing: Signing) -> list[str]:
    good = signing.signature(body)
    other = Signing(7)
    return [
        "",
        noise.text(random),
        good[:-2],
        good.replace("..", "."),
        other.signature(body),
        other.signature(body, kid=signing.key.kid),
        other.signature(body, kid="key-of-nobody"),
        signing.signature(body + b" "),
        "eyJhbGciOiJub25lIiwiYjY0IjpmYWxzZSwiY3JpdCI6WyJiNjQiXX0..",
    ]


def _event(random: Random) -> object:
    name = random.choice(EVENTS)
    return {"data": {name: {"issuedAt": NOW.isoformat(), "order": _ORDER, "product": {"id": "x"}}}}


_MONEY = {"amount": 14.0, "currency": "USD"}
_ORDER = {
    "id": "T3JkZXI6MQ==", "number": "1001", "created": NOW.isoformat(), "status": "UNFULFILLED",
    "isPaid": True, "userEmail": "buyer@example.com", "metadata": [],
    "user": {"id": "VXNlcjox", "email": "buyer@example.com", "metadata": []},
    "channel": {"slug": "default", "currencyCode": "USD"},
    "lines": [{
        "id": "T3JkZXJMaW5lOjE=", "quantity": 25, "productSku": "MW-MAILBOX",
        "productName": "Mailbox License", "productVariantId": "UHJvZHVjdFZhcmlhbnQ6MQ==",
        "variant": {
            "id": "UHJvZHVjdFZhcmlhbnQ6MQ==",
            "product": {"productType": {"slug": "bittitan-mailbox-license"}},
        },
        "unitPrice": {"gross": _MONEY, "net": _MONEY}, "metadata": [],
    }],
}  # fmt: skip
