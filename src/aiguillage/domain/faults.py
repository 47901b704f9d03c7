"""Every fault of what was sent at once: what is refused is put aside, and the rest is tried, until nothing is refused.

    tried --> refused: 'company' is a whole number      put aside: company
    tried --> refused: '0612' is not a phone number     put aside: telecoms.0
    tried --> refused: 'name' is missing                the example's name stands in for it
    tried --> nothing is refused                        the refusal has three faults, in the order of what was sent

So whatever refuses a value need know nothing of this: it says what is wrong first, as it does for one fault. A fault
that rests on a value which is put aside, as a last day does on the first (`beside`), is none that anybody can tell.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.problems import Code

MOST_FAULTS = 20
"""That are looked for: each takes one more try."""

Path = tuple[str | int, ...]
"""Where a value stands, from the outside in: the number of its part first."""

Attempt = Callable[[list[Any]], object]
"""Tries what is left of each part. Raises Refusal."""

_NOTHING = object()


def all_faults(first: Refusal, parts: Sequence[Any], examples: Sequence[Any], attempt: Attempt) -> Refusal:
    """The refusal of what was sent with all its faults; `first` is what was refused first.

    `parts` are JSON: what a request has in its query and in its body, in this order. `examples` are good ones of each.
    """
    faults = _Faults(parts, examples)
    refusal = first
    for _ in range(MOST_FAULTS):
        if refusal.code is not Code.INVALID or refusal.errors is not None or not faults.take(refusal):
            break
        try:
            attempt(faults.left())
        except Refusal as another:
            refusal = another
        else:
            break
    return faults.told(first)


class _Faults:
    """What was sent, what of it is put aside, what stands in for it, and the faults so far."""

    def __init__(self, parts: Sequence[Any], examples: Sequence[Any]) -> None:
        self._parts = parts
        self._examples = examples
        self._aside: set[Path] = set()
        self._stand_ins: dict[Path, Any] = {}
        self._found: dict[Path, str] = {}

    def take(self, refusal: Refusal) -> bool:
        """Notes what is refused, and puts it aside; whether there is anything left to try."""
        if refusal.field is None:
            return False
        path = self._path(refusal.field)
        if not (path in self._aside or path in self._stand_ins or self._rests_on_aside(refusal)):
            self._found[path] = refusal.says(_name(path))
        return self._put_aside(path)

    def left(self) -> list[Any]:
        """What is left of each part."""
        return [self._left(part, (n,)) for n, part in enumerate(self._parts)]

    def told(self, first: Refusal) -> Refusal:
        """The first refusal, or where there are several faults one of them all."""
        if len(self._found) < 2:  # noqa: PLR2004 - several
            return first
        in_order = sorted(self._found, key=self._place)
        refusal = invalid(" ".join(self._found[path] for path in in_order))
        refusal.errors = {_name(path): [self._found[path]] for path in in_order}
        return refusal

    def _path(self, field: str) -> Path:
        """Where a field of what is left stands in what was sent; in the last part, where it was not sent."""
        names = field.replace("[...]", "").replace("[", ".").replace("]", "").split(".")
        paths = [tuple(self._steps(part, names, (n,))) for n, part in enumerate(self._parts) if part is not None]
        there = [path for path in paths if self._value(path) is not _NOTHING]
        left = [path for path in there if path not in self._aside]
        return (left or there or paths)[-1]

    def _steps(self, part: Any, names: list[str], path: Path) -> Iterator[str | int]:  # noqa: ANN401 - JSON
        """The path of names inside a part; an element of a list is counted without those before it that are aside."""
        yield from path
        while names:
            count = 1
            step: str | int = names[0]
            if isinstance(part, dict):
                count = next((n for n in range(len(names), 0, -1) if ".".join(names[:n]) in part), 1)
                step = ".".join(names[:count])
            elif isinstance(part, list) and names[0].isdecimal():
                kept = [n for n in range(len(part)) if (*path, n) not in self._aside]
                step = kept[int(names[0])] if int(names[0]) < len(kept) else len(part)
            yield step
            path, names = (*path, step), names[count:]
            part = self._value(path)

    def _value(self, path: Path) -> Any:  # noqa: ANN401 - JSON
        return _at(self._parts, path)

    def _rests_on_aside(self, refusal: Refusal) -> bool:
        """Whether it may be one only because of what is put aside, or stands in for that."""
        beside = [self._path(field) for field in refusal.beside]
        gone = (*self._aside, *self._stand_ins)
        return any(one[: len(other)] == other[: len(one)] for one in beside for other in gone)

    def _put_aside(self, path: Path) -> bool:
        """Whether it could be: what must be there is taken from the example, once."""
        if self._value(path) is not _NOTHING and path not in self._aside:
            self._aside.add(path)
            return True
        example = _at(self._examples, path, of_any=True)
        if example is not _NOTHING and path not in self._stand_ins:
            self._stand_ins[path] = example
            return True
        return len(path) > 2 and self._put_aside(path[:-1])  # noqa: PLR2004 - inside a part

    def _left(self, part: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
        if isinstance(part, list):
            return [self._left(one, (*path, n)) for n, one in enumerate(part) if (*path, n) not in self._aside]
        if not isinstance(part, dict):
            return part
        kept = {name: self._left(one, (*path, name)) for name, one in part.items() if (*path, name) not in self._aside}
        return kept | {where[-1]: value for where, value in self._stand_ins.items() if where[:-1] == path}

    def _place(self, path: Path) -> list[int]:
        """Where it stands in the order of what was sent; what was not sent comes behind what was."""
        places = []
        for n, step in enumerate(path):
            inside = self._value(path[:n])
            steps: list[str | int] = list(inside) if isinstance(inside, dict) else []
            if isinstance(inside, list):
                steps = list(range(len(inside)))
            places.append(steps.index(step) if step in steps else len(steps))
        return places


def _at(parts: Any, path: Path, *, of_any: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The value at a path, _NOTHING where there is none; `of_any`: each element of a list is as its first."""
    found: Any = list(parts)
    for n, step in enumerate(path):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and isinstance(step, int) and found and (of_any or step < len(found)):
            found = found[0 if of_any and n else step]
        else:
            return _NOTHING
    return found


def _name(path: Path) -> str:
    """The path as it is told."""
    return ".".join(map(str, path[1:]))
