"""Examples of answers: of their fields' own examples, and of what the requests send."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from aiguillage.api.operations import Operation
from aiguillage.api.paging import Paged, page_behind, page_of
from aiguillage.domain.meanings import ON_A_PAGE, example_of, metas_of

SERVER = "http://127.0.0.1:8000"
AN_ID = "12"


class Examples:
    """Makes examples; what operations send is what they are answered too."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._sent: dict[type[msgspec.Struct], dict[str, Any]] = {}
        for operation in operations:
            if isinstance(operation.example, dict) and operation.answer is not None:
                for shape in operation.answer.__mro__:
                    if issubclass(shape, msgspec.Struct):
                        self._sent[shape] = _alike(operation, shape) | self._sent.get(shape, {})

    def of(self, shape: type[msgspec.Struct]) -> dict[str, Any]:
        """One of the shape."""
        return example_of(shape, self._sent)

    def answer(self, operation: Operation) -> Any:  # noqa: ANN401 - JSON
        """What an operation answers."""
        if not issubclass(operation.answer, Paged):
            told = self.of(operation.answer)
            return told | operation.answered if operation.longer is None else told
        (listed,) = get_args(get_args(operation.answer.__annotations__["data"])[0])
        return _page(operation, [self.of(listed)])


def _alike(operation: Operation, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """What the operation sends of those fields that are answered as they are sent, as their examples show."""
    sent, shown = ({one.encode_name: one.type for one in msgspec.structs.fields(of)} for of in (operation.body, shape))
    return {
        name: value
        for name, value in operation.example.items()
        if name in shown and _examples(sent[name]) == _examples(shown[name])
    }


def _examples(kind: Any) -> list[Any]:  # noqa: ANN401 - an annotation
    return [meta.examples for meta in metas_of(kind) if meta.examples]


def _page(operation: Operation, things: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """The page that the operation answers with these things on it."""
    words = operation.query.__struct_fields__
    path = "/".join(AN_ID if part.startswith("{") else part for part in operation.path.split("/"))
    url = f"{SERVER}{path}" + ("?customer_account=CL0000" if operation.about_account else "")
    if "page" in words:
        return msgspec.to_builtins(page_of(things, len(things), 1, ON_A_PAGE, url))
    return msgspec.to_builtins(
        page_behind(things, None, ON_A_PAGE, url, None, "cursor" if "cursor" in words else "before")
    )
