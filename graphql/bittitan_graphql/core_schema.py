"""graphql-core's schema behind the one that Strawberry serves, which our own limits look at."""

from graphql import GraphQLSchema, ValidationContext, ValidationRule
from strawberry.schema import BaseSchema

#: Asked once of a schema, to be shown graphql-core's; it needs no data and no context.
QUESTION = "{ __typename }"


class CoreSchema:
    """Finds it once for one schema: Strawberry shows it to validation rules alone."""

    def __init__(self) -> None:
        self._shown: list[GraphQLSchema] = []

    def of(self, schema: BaseSchema) -> GraphQLSchema:
        """The schema behind that one, whose validation uses ``rule`` for the ``QUESTION``."""
        if not self._shown:
            schema.execute_sync(QUESTION)
        return self._shown[0]

    def rule(self) -> type[ValidationRule]:
        """A rule that any document keeps, and that notes the schema it is judged by."""
        shown = self._shown

        class Note(ValidationRule):
            def __init__(self, context: ValidationContext) -> None:
                super().__init__(context)
                shown[:] = [context.schema]

        return Note
