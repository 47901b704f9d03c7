"""Examples of answers, made of their shapes: of what the words say, and of the requests' own examples."""

from collections.abc import Iterable
from typing import Any

import msgspec

from aiguillage.api.operations import Operation
from aiguillage.api.paging import Paged, page_behind, page_of
from aiguillage.api.wording import UNSAID, Schemas, general_word, own_word, value_of

SERVER = "http://127.0.0.1:8000"
AN_ID = "12"


class Examples:
    """Makes examples. `schemas` are the shapes by name; what operations send is what they are answered too."""

    def __init__(self, schemas: Schemas, operations: Iterable[Operation] = ()) -> None:
        self._schemas = schemas
        self._sent: dict[str, dict[str, Any]] = {}
        for operation in operations:
            if isinstance(operation.example, dict) and operation.answer is not None:
                for shape in operation.answer.__mro__:
                    self._sent[shape.__name__] = operation.example | self._sent.get(shape.__name__, {})

    def answer(self, operation: Operation, schema: Schemas) -> Any:  # noqa: ANN401 - JSON
        """What an operation answers."""
        if not (isinstance(operation.answer, type) and issubclass(operation.answer, Paged)):
            told = self.of(schema)
            return told | operation.answered if operation.answered and operation.longer is None else told
        fields = self._schemas[shape_named(schema)]["properties"]
        return _page(operation, self.of(fields["data"]))

    def of(self, schema: Schemas, owner: str = "", field: str = "") -> Any:  # noqa: ANN401 - JSON
        """A value of the schema, which is that of a shape's field. Raises LookupError where nobody says one."""
        own = own_word(owner, field)
        if (value := value_of(own, field)) is not UNSAID:
            return value
        general = value_of(general_word(field), field)
        built = self._built(schema) if own is not None or general is UNSAID or "$ref" in schema else UNSAID
        return self._plain(schema, owner, field, general) if built is UNSAID else built

    def _built(self, schema: Schemas) -> Any:  # noqa: ANN401 - JSON
        """An object of a shape, where the schema refers to one, or to a list of them; else UNSAID."""
        refers = next((one for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
        if refers is not None:
            return self._object(shape_named(refers))
        return [self.of(schema["items"])] if "$ref" in schema.get("items", {}) else UNSAID

    def _plain(self, schema: Schemas, owner: str, field: str, general: Any) -> Any:  # noqa: ANN401 - JSON
        """What was sent, null for what has words of its own alone, or what is shown of the field everywhere."""
        if field in self._sent.get(owner, {}):
            return self._sent[owner][field]
        nullable = any(one.get("type") == "null" for one in schema.get("anyOf", ()))
        if nullable and (own_word(owner, field) is not None or general is UNSAID):
            return None
        if general is UNSAID:
            raise LookupError(f"Give {owner}.{field} an example in api/words.py or api/words_told.py.")
        return general

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
