"""Fields whose description is their resolver's docstring, with the permission they need."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

from bittitan_plugin.domain.access import Permission

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def field(resolver: Resolver) -> Resolver:
    """A field anybody may ask for."""
    return cast(Resolver, strawberry.field(resolver, description=inspect.getdoc(resolver)))


def mutation(resolver: Resolver) -> Resolver:
    """A mutation whose resolver decides by itself who may."""
    return cast(Resolver, strawberry.mutation(resolver, description=inspect.getdoc(resolver)))


def staff_field(permission: Permission) -> Callable[[Resolver], Resolver]:
    """A field for staff with that permission; its resolver calls ``require``."""

    def make(resolver: Resolver) -> Resolver:
        return cast(
            Resolver, strawberry.field(resolver, description=_needing(resolver, permission))
        )

    return make


def staff_mutation(permission: Permission) -> Callable[[Resolver], Resolver]:
    """A mutation for staff with that permission; its resolver calls ``require``."""

    def make(resolver: Resolver) -> Resolver:
        return cast(
            Resolver, strawberry.mutation(resolver, description=_needing(resolver, permission))
        )

    return make


def _needing(resolver: Callable[..., Any], permission: Permission) -> str:
    return f"{inspect.getdoc(resolver)}\n\nRequires the permission {permission}."
