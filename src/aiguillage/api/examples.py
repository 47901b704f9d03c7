"""Examples of answers, made of their shapes: of their fields' own examples, and of what the requests send."""

from collections.abc import Iterable
from typing import Any

import msgspec

from aiguillage.api.operations import Operation
from aiguillage.api.paging import Paged, page_behind, page_of

Schemas = dict[str, Any]
SERVER = "http://127.0.0.1:8000"
AN_ID = "12"


class Examples:
    """Makes examples. `schemas` are the shapes by name; what operations send is what they are answered too."""

    def __init__(self, schemas: Schemas, operations: Iterable[Operation] = ()) -> None:
        self._schemas = schemas
        self._sent: dict[str, dict[str, Any]] = {}
        for operation in operations:
            if isinstance(operation.example, dict) and operation.answer is not None:
                names = [shape.__name__ for shape in operation.answer.__mro__ if shape.__name__ in schemas]
                for name in names:
                    self._sent[name] = self._alike(operation, name) | self._sent.get(name, {})

    def answer(self, operation: Operation, schema: Schemas) -> Any:  # noqa: ANN401 - JSON
        """What an operation answers."""
        if not (isinstance(operation.answer, type) and issubclass(operation.answer, Paged)):
            told = self.of(schema)
            return told | operation.answered if operation.answered and operation.longer is None else told
        fields = self._schemas[shape_named(schema)]["properties"]
        return _page(operation, self.of(fields["data"]))

    def _alike(self, operation: Operation, answer: str) -> Schemas:
        """What the operation sends of those fields that are answered as they are sent, as their examples show."""
        sent = self._schemas[operation.body.__name__]["properties"]
        shown = self._schemas[answer]["properties"]
        return {
            name: value
            for name, value in operation.example.items()
            if name in shown and sent[name].get("examples") == shown[name].get("examples")
        }

    def of(self, schema: Schemas, owner: str = "", field: str = "") -> Any:  # noqa: ANN401 - JSON
        """A value of the schema, which is that of a shape's field. Raises LookupError where nobody says one."""
        refers = next((one for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
        if field in self._sent.get(owner, {}) and "$ref" not in str(schema):
            return self._sent[owner][field]
        if "examples" in schema:
            return schema["examples"][0]
        if refers is not None:
            return self._object(shape_named(refers))
        if "$ref" in schema.get("items", {}):
            return [self.of(schema["items"])]
        if any(one.get("type") == "null" for one in schema.get("anyOf", ())):
            return None
        raise LookupError(f"Give {owner}.{field} an example.")

    def _object(self, name: str) -> dict[str, Any]:
        fields = self._schemas[name]["properties"]
        return {field: self.of(schema, name, field) for field, schema in fields.items()}


def shape_named(schema: Schemas) -> str:
    """The name of the shape that a schema refers to."""
    return str(schema["$ref"].rpartition("/")[2])


def _page(operation: Operation, things: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """The page that the operation answers with these things on it."""
    words = operation.query.__struct_fields__
    path = "/".join(AN_ID if part.startswith("{") else part for part in operation.path.split("/"))
    url = f"{SERVER}{path}" + ("?customer_account=CL0000" if operation.about_account else "")
    if "page" in words:
        return msgspec.to_builtins(page_of(things, len(things), 1, 40, url))
    return msgspec.to_builtins(page_behind(things, None, 40, url, None, "cursor" if "cursor" in words else "before"))
