"""Switching the plugin on and off, and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.base.manifest import FieldType, manifest
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind, differences
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Sealed, masked
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind, Change
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.texts import check_typed
from bittitan_plugin.services import coupon_account
from bittitan_plugin.services.ports import Ports, Tenant

#: The longest value of a setting, in characters. The limit is our choice.
LONGEST_VALUE = 255
#: The settings that a call to the coupon API needs.
OF_CONNECTION = ("api_url", "api_email", "api_password")
#: How the audit shows a secret that is set.
_HIDDEN = "••••"
#: The settings as the audit names them.
SETTINGS = Subject(kind=SubjectKind.SETTINGS, id="bittitan", name="BitTitan")


def open_installation(ports: Ports, key: str) -> Installation:
    """A platform's installation with that key, opened (switched off) when the key is new."""
    known = find_installation(ports, key)
    if known:
        return known
    with ports.store.installations() as installations:
        return installations.open(key, ports.clock())


def find_installation(ports: Ports, key: str) -> Installation | None:
    """A platform's installation with that key, or None."""
    with ports.store.looking_up() as installations:
        return installations.by_key(key)


def named_installation(ports: Ports, key: str) -> Installation:
    """The same, for people who typed the key. Raises ``Refusal`` NOT_FOUND."""
    known = find_installation(ports, key)
    if known is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"There is no installation '{key}'.")
    return known


def get_installation(tenant: Tenant) -> Installation:
    """The installation with that id."""
    with tenant.ports.store.looking_up() as installations:
        return installations.by_id(tenant.id)


def validate(
    ports: Ports,
    key: str,
    values: Mapping[str, str | None],
    *,
    active: bool,
    same_account: bool | None = None,
) -> Sequence[Refusal]:
    """The errors of these settings; asks the vendor if needed. Changes nothing.

    ``same_account`` as for ``configure``.
    """
    installation = open_installation(ports, key)
    configuration, refusals = _typed(ports, installation, values)
    if active:
        wrong = {refusal.field for refusal in refusals}
        refusals += [each for each in configuration.missing() if each.field not in wrong]
    if refusals:
        return refusals
    try:
        if active and configuration.uses_api:
            _ask_vendor(ports, configuration)
        # Last, because an account that cannot be reached raises no question.
        with ports.store.reading(installation.id) as work:
            coupon_account.check_change(
                work, installation.configuration, configuration, same_account
            )
    except Refusal as refusal:
        return [refusal]
    return []


def check_connection(ports: Ports, key: str, values: Mapping[str, str | None]) -> Sequence[Refusal]:
    """What stands in the way of asking the coupon API with these values; empty if it answers.

    Values that a call does not need are not looked at. Changes nothing.
    """
    installation = open_installation(ports, key)
    configuration, refusals = _typed(ports, installation, values)
    wrong = {refusal.field for refusal in refusals}
    refusals += [each for each in configuration.missing_for_api() if each.field not in wrong]
    needed = [each for each in refusals if each.field in OF_CONNECTION]
    if needed:
        return needed
    try:
        _ask_vendor(ports, configuration)
    except Refusal as refusal:
        return [refusal]
    return []


def configure(
    ports: Ports,
    key: str,
    values: Mapping[str, str | None],
    *,
    active: bool,
    same_account: bool | None = None,
    changed_by: str = "",
) -> Installation:
    """Store settings and whether the plugin is on. Raises the first ``Refusal`` found.

    Only what needs no call to the vendor is checked here; ``validate`` comes before it.
    ``same_account`` is staff's answer about a new address or e-mail of the coupon API: the same
    vendor's account as before, or another. Raises ``Refusal`` CONFIRMATION_REQUIRED without an
    answer where unused coupons are known under another account.
    """
    opened = open_installation(ports, key)
    with ports.store.writing(opened.id) as work:
        installations = work.installations
        installation = installations.locked(key)
        configuration, refusals = _changed(ports, installation, values)
        if refusals:
            raise refusals[0]
        if active:
            configuration.check_complete()
        stored = replace(installation, active=active, configuration=configuration)
        if active and stored.switched_on_at is None:
            stored = replace(stored, switched_on_at=ports.clock())
        coupon_account.change(
            work, installation.configuration, configuration, same_account, changed_by, ports.clock()
        )
        installations.save(stored)
        changes = _changes(before=installation, after=stored)
        work.audit.record(Actor(ActorKind.STAFF, changed_by), ports.clock(), SETTINGS, changes)
    return stored


def _changes(*, before: Installation, after: Installation) -> list[Change]:
    """What was changed, without the values of secrets."""
    found = differences(_values(before), _values(after))
    secrets = _secrets()
    return [
        replace(each, before=each.before and _HIDDEN, after=each.after and _HIDDEN)
        if each.field in secrets
        else each
        for each in found
    ]


def _values(installation: Installation) -> dict[str, object]:
    configuration = installation.configuration
    shown = {each.name: getattr(configuration, each.name) for each in manifest().configuration}
    lists = {name: ", ".join(value) for name, value in shown.items() if isinstance(value, tuple)}
    return {"active": installation.active} | shown | lists


def _secrets() -> set[str]:
    return {each.name for each in manifest().configuration if each.type is FieldType.SECRET}


def shown_values(ports: Ports, configuration: Configuration) -> dict[str, str | None]:
    """Every setting as it may be shown: the password as its last four characters at most.

    A password that no key opens any more is shown as unreadable, not as an error, because staff
    replace it on the same page.
    """
    shown: dict[str, str | None] = {}
    for field in manifest().configuration:
        value = getattr(configuration, field.name)
        if value is None:
            shown[field.name] = None
        elif field.type is FieldType.SECRET:
            shown[field.name] = _masked(ports, value)
        elif field.type is FieldType.BOOLEAN:
            shown[field.name] = str(value).lower()
        elif isinstance(value, tuple):
            shown[field.name] = ", ".join(value)
        else:
            shown[field.name] = str(value)
    return shown


def _changed(
    ports: Ports, installation: Installation, values: Mapping[str, str | None]
) -> tuple[Configuration, list[Refusal]]:
    configuration, refusals = installation.configuration, []
    secrets = _secrets()
    for name, value in values.items():
        try:
            _check_text(name, value)
            if name in secrets:
                sealed = _sealed(ports, value, getattr(configuration, name))
                configuration = configuration.changed(name, sealed)
            else:
                configuration = configuration.changed(name, value)
        except Refusal as refusal:
            refusals.append(refusal)
    return configuration, refusals


def _typed(
    ports: Ports, installation: Installation, values: Mapping[str, str | None]
) -> tuple[Configuration, list[Refusal]]:
    """The same for what people typed, who must know the password to send it anywhere else.

    Otherwise whoever may change the address could have the stored password sent to a server of
    their own, and read it there.
    """
    stored = installation.configuration
    configuration, refusals = _changed(ports, installation, values)
    kept = stored.api_password is not None and configuration.api_password == stored.api_password
    if kept and configuration.api_url not in ("", stored.api_url):
        said = "Type the password too: the stored one is not sent to another address."
        refusals.append(Refusal(ErrorCode.REQUIRED, said, field="api_password"))
    return configuration, refusals


def _check_text(name: str, value: str | None) -> None:
    if value is not None and len(value) > LONGEST_VALUE:
        raise Refusal(
            ErrorCode.INVALID,
            f"'{name}' must be one line of at most {LONGEST_VALUE} characters.",
            field=name,
        )
    check_typed(value or "", name)


def _sealed(ports: Ports, value: str | None, stored: Sealed | None) -> str | None:
    """A secret in its stored form. An empty one, or the unchanged mask, keeps the stored one."""
    kept = not value or (stored is not None and value == _masked(ports, stored))
    return None if kept else ports.cipher.seal(value or "")


def _masked(ports: Ports, secret: Sealed) -> str:
    try:
        return masked(ports.cipher.open(secret))
    except UnreadableSecret:
        return masked("")


def _ask_vendor(ports: Ports, configuration: Configuration) -> None:
    try:
        ports.vendors.of(configuration).check()
    except Rejected as rejection:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED, rejection.message, field=rejection.field or "api_url"
        ) from rejection
    except UnreadableSecret as unreadable:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED, unreadable.message, field="api_password"
        ) from unreadable
    except (Unavailable, OutcomeUnknown) as failure:
        raise Refusal(
            ErrorCode.PLUGIN_MISCONFIGURED,
            f"The coupon API could not be reached: {failure.message}",
            field="api_url",
        ) from failure
