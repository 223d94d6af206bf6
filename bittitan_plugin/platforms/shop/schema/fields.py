"""Fields whose description is their resolver's docstring, with the permission they need."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast, get_args

import strawberry

from bittitan_graphql.access import Needs
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.schema.context import require
from bittitan_plugin.platforms.shop.schema.errors import RefusalsInPayload

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def field(resolver: Resolver) -> Resolver:
    """A field anybody may ask for."""
    return cast(Resolver, strawberry.field(resolver, description=inspect.getdoc(resolver)))


def staff_field(*, needs: Permission) -> Callable[[Resolver], Resolver]:
    """A field for staff with that permission."""

    def make(resolver: Resolver) -> Resolver:
        made = strawberry.field(
            resolver, description=_described(resolver, needs), extensions=[Needs(needs, require)]
        )
        return cast(Resolver, made)

    return make


def mutation(*, needs: Permission | None = None) -> Callable[[Resolver], Resolver]:
    """A mutation, for staff with that permission or, without one, for whom its resolver lets.

    What it refuses stands in the payload that its resolver returns.
    """

    def make(resolver: Resolver) -> Resolver:
        payload, _ = get_args(resolver.__annotations__["return"])
        # The last of a field's extensions is the first to run.
        extensions = [RefusalsInPayload(payload), *([Needs(needs, require)] if needs else [])]
        made = strawberry.mutation(
            resolver, description=_described(resolver, needs), extensions=extensions
        )
        return cast(Resolver, made)

    return make


def _described(resolver: Callable[..., Any], needs: Permission | None) -> str | None:
    said = inspect.getdoc(resolver)
    return f"{said}\n\nRequires the permission {needs}." if needs else said
