"""Typed ways into Strawberry's decorators, which would make every resolver ``Any`` to mypy."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import strawberry

from bittitan_graphql.errors import RefusalsAsErrors

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
Resolver = Callable[Parameters, Answer]


def field(
    description: str,
) -> Callable[[Resolver[Parameters, Answer]], Resolver[Parameters, Answer]]:
    """A field that is looked up; every one is described."""
    return lambda resolver: strawberry.field(resolver, description=description)  # type: ignore[return-value]


def query(
    description: str,
) -> Callable[[Resolver[Parameters, Answer]], Resolver[Parameters, Answer]]:
    """A query field: what it refuses becomes a top-level error with a code."""
    return lambda resolver: strawberry.field(  # type: ignore[return-value]
        resolver, description=description, extensions=[RefusalsAsErrors()]
    )


def mutation(
    description: str,
) -> Callable[[Resolver[Parameters, Answer]], Resolver[Parameters, Answer]]:
    """A mutation field: what it refuses stands in its payload."""
    return lambda resolver: strawberry.mutation(resolver, description=description)  # type: ignore[return-value]
