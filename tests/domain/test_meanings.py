"""What fields mean: their words, and the examples that are made of them."""

from typing import Annotated

import msgspec
import pytest

from aiguillage.domain.meanings import description_of, example_of, means, metas_of, optional

NAME = means("Its name.", "Support")


class Inner(msgspec.Struct):
    """Something inside."""

    name: Annotated[str, NAME]


class Shape(msgspec.Struct, rename="camel"):
    """Something with all kinds of fields."""

    the_name: Annotated[str, NAME]
    flag: Annotated[bool | None, means("Whether it is so.", None)]
    nothing: Annotated[int | None, means("None.")]
    inner: Annotated[Inner | None, means("What is inside.")]
    several: Annotated[tuple[Inner, ...], means("What is inside.")]
    listed: Annotated[list[Inner] | None, means("What is inside.")] = None


class Unsaid(msgspec.Struct):
    """Something of which nobody gives an example."""

    count: Annotated[int, means("How many.")]


def test_an_example_is_made_of_those_of_the_fields() -> None:
    inside = {"name": "Support"}

    assert example_of(Shape) == {
        "theName": "Support",
        "flag": None,
        "nothing": None,
        "inner": inside,
        "several": [inside],
        "listed": [inside],
    }


def test_what_was_sent_is_shown_but_for_what_holds_other_shapes() -> None:
    sent: dict[type[msgspec.Struct], dict[str, object]] = {
        Shape: {"theName": "Ventes", "inner": {"name": "left out"}},
        Inner: {"name": "Accueil"},
    }

    found = example_of(Shape, sent)

    assert (found["theName"], found["inner"]) == ("Ventes", {"name": "Accueil"})


def test_a_field_without_an_example_is_named() -> None:
    with pytest.raises(LookupError, match="count"):
        example_of(Unsaid)


def test_words_are_found_in_unions_too() -> None:
    kind = Annotated[str, NAME] | msgspec.UnsetType

    assert (description_of(kind), description_of(int)) == ("Its name.", "")
    assert list(metas_of(kind)) == [NAME]


def test_a_shape_that_is_optional_needs_nothing() -> None:
    shape = optional("Optional", Shape)

    assert msgspec.json.encode(msgspec.json.decode(b"{}", type=shape)) == b'{"listed":null}'
    assert description_of(msgspec.structs.fields(shape)[0].type) == "Its name."
