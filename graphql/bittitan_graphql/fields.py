"""Typed wrappers of Strawberry's decorators, which would make every resolver ``Any`` to mypy."""

from collections.abc import Callable
from typing import Any, TypeVar, cast, get_args

import strawberry
from strawberry.extensions import FieldExtension

from bittitan_graphql.access import Needs, require
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import RefusalsAsErrors, RefusalsInPayload
from bittitan_plugin.domain.access import Permission

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def field(description: str) -> Callable[[Resolver], Resolver]:
    """A field with a resolver; its description is required."""

    def decorate(resolver: Resolver) -> Resolver:
        return cast(Resolver, strawberry.field(resolver, description=description))

    return decorate


def query(description: str, *, needs: Permission | None = None) -> Callable[[Resolver], Resolver]:
    """A query field: refusals become top-level errors with a code.

    A field that ``needs`` a permission is for staff who hold it, and its description ends with it.
    """

    def decorate(resolver: Resolver) -> Resolver:
        extensions = [RefusalsAsErrors(), *_guards(needs)]
        made = strawberry.field(
            resolver, description=_ending_with(description, needs), extensions=extensions
        )
        return cast(Resolver, made)

    return decorate


def mutation(
    description: str, *, needs: Permission | None = None
) -> Callable[[Resolver], Resolver]:
    """A mutation field: refusals are in the payload that its resolver returns.

    ``needs`` works as in ``query``.
    """

    def decorate(resolver: Resolver) -> Resolver:
        payload, _ = get_args(resolver.__annotations__["return"])
        extensions = [RefusalsInPayload(payload), *_guards(needs)]
        made = strawberry.mutation(
            resolver, description=_ending_with(description, needs), extensions=extensions
        )
        return cast(Resolver, made)

    return decorate


def optional(description: str) -> Any:
    """A field of an input or a payload that is null unless it is given."""
    return strawberry.field(default=None, description=description)


def argument(description: str) -> Any:
    """The annotation of an argument's type, with its description."""
    return strawberry.argument(description=description)


def _ending_with(description: str, needs: Permission | None) -> str:
    return f"{description} Requires {needs}." if needs else description


def _guards(needs: Permission | None) -> list[FieldExtension]:
    # Listed last: the last of a field's extensions is the first to run.
    return [Needs(needs, _demand)] if needs else []


def _demand(info: strawberry.Info, permission: Permission) -> None:
    require(scope_of(info), permission)
