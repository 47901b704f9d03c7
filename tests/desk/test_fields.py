"""The account's eight routing fields: labels, defaults, strictness, options."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import msgspec
import pytest

from aiguillage.desk.fields import MOST_OPTIONS, add_option, enter_field, list_fields, remove_option, set_field
from aiguillage.desk.journal import list_changes
from aiguillage.desk.options import store_option
from aiguillage.domain.contacts import FIELD_KEYS, FIRST_FIELDS, Field, Option
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import account_id

SUPPORT, SALES = Option("Support", "207"), Option("Ventes", "209")


def as_journal(field: Field) -> Any:  # noqa: ANN401 - JSON
    """A field as the journal keeps it."""
    return msgspec.json.decode(msgspec.json.encode(field))


@pytest.mark.parametrize(
    ("key", "given", "changed"),
    [
        ("select_1", {"label": " File d'attente "}, {"label": "File d'attente"}),
        ("select_1", {"default": " 200 "}, {"default": "200"}),
        ("field_select_4", {"label": "Débordement", "default": "+33199001234"}, None),
        ("select_2", {"strict": True}, {"strict": True}),
        ("boolean_1", {"default": "oui"}, {"default": "1"}),
        ("boolean_2", {"default": "false"}, {"default": "0"}),
        ("BOOLEAN_4", {"label": "Démarché", "default": "x"}, {"label": "Démarché", "default": "1"}),
    ],
)
def test_an_editor_sets_what_they_name_and_no_more(
    cast: Cast, key: str, given: dict[str, Any], changed: dict[str, Any] | None
) -> None:
    before = list_fields(cast.db, cast["editor"], ACCOUNT)

    after = set_field(cast.db, cast["editor"], ACCOUNT, key, **given)

    position = after.position - 1
    assert after == msgspec.structs.replace(before[position], **(changed or given))
    assert list_fields(cast.db, cast["editor"], ACCOUNT) == [*before[:position], after, *before[position + 1 :]]
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity, change.entity_id) == ("set", "field", after.position)
    assert (change.before, change.after) == (as_journal(before[position]), as_journal(after))


@pytest.mark.parametrize("key", ["select_1", "boolean_1"])
def test_a_default_is_taken_away_again(cast: Cast, key: str) -> None:
    set_field(cast.db, cast["editor"], ACCOUNT, key, default="1")

    assert set_field(cast.db, cast["editor"], ACCOUNT, key, default=None).default is None


def test_those_who_set_a_free_field_at_once_set_one_each(cast: Cast) -> None:
    ready = Barrier(6)

    def set_free(label: str) -> Field:
        ready.wait()
        return set_field(cast.db, cast["editor"], ACCOUNT, None, label=label, default="1")

    with ThreadPoolExecutor(6) as editors:
        made = list(editors.map(set_free, "ABCDEF"))

    assert sorted(field.position for field in made) == [1, 2, 3, 4, 5, 6]
    assert sorted(made, key=lambda field: field.position) == list_fields(cast.db, cast["editor"], ACCOUNT)[:6]


def test_an_option_names_the_default_that_it_has_when_the_field_is_set(cast: Cast) -> None:
    kept = store_option(cast.db, cast["editor"], ACCOUNT, 1, SUPPORT)

    assert set_field(cast.db, cast["editor"], ACCOUNT, "select_1", option_id=kept.id).default == "207"
    for key, option_id in (("select_1", kept.id + 1), ("select_1", 2**63), ("select_2", kept.id)):
        with refused(Kind.INVALID, "The field has no option with that id"):
            set_field(cast.db, cast["editor"], ACCOUNT, key, option_id=option_id)
    with refused(Kind.INVALID, "default_value is not the value of that option"):
        set_field(cast.db, cast["editor"], ACCOUNT, "select_1", option_id=kept.id, default="209")


@pytest.mark.parametrize("given", [{}, {"label": "Destination 1"}, {"default": None, "strict": False}])
def test_setting_what_is_so_already_is_no_change(cast: Cast, given: dict[str, Any]) -> None:
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    assert set_field(cast.db, cast["editor"], ACCOUNT, "select_1", **given) == FIRST_FIELDS[0]

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("select_5", {"label": "x"}, "is not a field. Choose one of"),
        ("select_1", {"label": "x" * 201}, "Use up to 200 characters"),
        ("select_1", {"default": ""}, "is not a destination"),
        ("select_1", {"default": "207,209"}, "without a comma"),
        ("boolean_1", {"default": "207"}, "is neither yes nor no"),
        ("boolean_1", {"default": ""}, "is neither yes nor no"),
        (
            "select_1",
            {"default": "200", "strict": True},
            "'200' is not an option of field_select_1, which is strict. Add",
        ),
        ("boolean_1", {"strict": True}, "boolean_1 is a yes-or-no field; only field_select_1 to field_select_4 can be"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_nothing_changes(
    cast: Cast, key: str, given: dict[str, Any], message: str
) -> None:
    with refused(Kind.INVALID, message):
        set_field(cast.db, cast["editor"], ACCOUNT, key, **given)

    assert list_fields(cast.db, cast["editor"], ACCOUNT) == list(FIRST_FIELDS)


def test_options_are_listed_in_the_order_in_which_they_came(cast: Cast) -> None:
    add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SALES)

    field = add_option(cast.db, cast["editor"], ACCOUNT, "select_1", Option(" Support ", " 207 "))

    assert field.options == (SALES, SUPPORT)
    assert list_fields(cast.db, cast["editor"], ACCOUNT)[0] == field
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity, change.entity_id) == ("set", "field", 1)
    assert change.after == as_journal(field)


def test_the_same_option_may_stand_in_two_fields_and_two_accounts(cast: Cast) -> None:
    for key in ("select_1", "select_2"):
        add_option(cast.db, cast["editor"], ACCOUNT, key, SUPPORT)
    add_option(cast.db, cast["outsider"], OTHER_ACCOUNT, "select_1", SUPPORT)

    assert [field.options for field in list_fields(cast.db, cast["editor"], ACCOUNT)][:3] == [
        (SUPPORT,),
        (SUPPORT,),
        (),
    ]


@pytest.mark.parametrize(
    ("key", "option", "kind", "message"),
    [
        (
            "select_1",
            Option("Twice", "207"),
            Kind.CONFLICT,
            "already has an option with the value '207'. Remove that one",
        ),
        ("boolean_1", SUPPORT, Kind.INVALID, "is a yes-or-no field; only select_1 to select_4 have options"),
        ("select_9", SUPPORT, Kind.INVALID, "is not a field"),
        ("select_1", Option("Support", "1,2"), Kind.INVALID, "is not a destination"),
        ("select_1", Option("x" * 201, "209"), Kind.INVALID, "Use up to 200 characters"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    cast: Cast, key: str, option: Option, kind: Kind, message: str
) -> None:
    add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SUPPORT)

    with refused(kind, message):
        add_option(cast.db, cast["editor"], ACCOUNT, key, option)

    assert list_fields(cast.db, cast["editor"], ACCOUNT)[0].options == (SUPPORT,)


def test_an_option_is_taken_away_from_its_field_alone(cast: Cast) -> None:
    for key in ("select_1", "select_2"):
        for option in (SUPPORT, SALES):
            add_option(cast.db, cast["editor"], ACCOUNT, key, option)

    field = remove_option(cast.db, cast["editor"], ACCOUNT, "select_1", "207")

    assert field.options == (SALES,)
    assert list_fields(cast.db, cast["editor"], ACCOUNT)[1].options == (SUPPORT, SALES)
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert change.before == as_journal(msgspec.structs.replace(field, options=(SUPPORT, SALES)))
    assert change.after == as_journal(field)


@pytest.mark.parametrize("key", FIELD_KEYS)
def test_an_option_that_is_not_there_is_not_taken_away(cast: Cast, key: str) -> None:
    with refused(Kind.MISSING, f"{key} has no option with the value '999'. List them: aiguillage field list CL0000"):
        remove_option(cast.db, cast["editor"], ACCOUNT, key, "999")


def test_the_default_of_a_strict_field_stays_an_option(cast: Cast) -> None:
    add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SUPPORT)
    set_field(cast.db, cast["editor"], ACCOUNT, "select_1", default="207", strict=True)

    with refused(Kind.CONFLICT, "'207' is the default of select_1. Set another default first"):
        remove_option(cast.db, cast["editor"], ACCOUNT, "select_1", "207")

    set_field(cast.db, cast["editor"], ACCOUNT, "select_1", default=None)
    assert remove_option(cast.db, cast["editor"], ACCOUNT, "select_1", "207").options == ()


def test_a_field_has_a_thousand_options_at_most(cast: Cast) -> None:
    with cast.db.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO field_options (account_id, id, position, name, value) VALUES (?, ?, 1, ?, ?)",
            [(account_id(cast.db, ACCOUNT), 10**9 + n, f"o{n}", f"o{n}") for n in range(MOST_OPTIONS - 1)],
        )

    add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SALES)
    with refused(Kind.INVALID, "select_1 already has 1,000 options, the most that it can have. Remove some first"):
        add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SUPPORT)
    remove_option(cast.db, cast["editor"], ACCOUNT, "select_1", SALES.value)

    assert SUPPORT in add_option(cast.db, cast["editor"], ACCOUNT, "select_1", SUPPORT).options


def test_a_field_is_entered_whole_with_its_options(cast: Cast) -> None:
    entered = Field(1, " Queue ", "207", strict=True, options=(Option("Front desk", "207"), Option("Back", "208")))

    kept = enter_field(cast.db, cast["manager"], ACCOUNT, entered)
    again = enter_field(cast.db, cast["manager"], ACCOUNT, kept)

    assert kept == again == list_fields(cast.db, cast["reader"], ACCOUNT)[0]
    assert kept.label == "Queue"
    assert [entry.entity for entry in list_changes(cast.db, cast["manager"], ACCOUNT)].count("field") == 1


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (Field(1, "Q", "209", strict=True, options=(Option("A", "207"),)), Kind.INVALID),
        (Field(1, "Q", None, options=(Option("A", "207"), Option("B", "207"))), Kind.CONFLICT),
        (Field(1, "Q", None, options=(Option("A", "2,07"),)), Kind.INVALID),
        (Field(5, "Q", "perhaps"), Kind.INVALID),
        (Field(1, "Q", None, options=tuple(Option("A", str(n)) for n in range(MOST_OPTIONS + 1))), Kind.INVALID),
    ],
)
def test_a_field_that_makes_no_sense_is_not_entered(cast: Cast, field: Field, kind: Kind) -> None:
    before = list_fields(cast.db, cast["reader"], ACCOUNT)
    with refused(kind, "."):
        enter_field(cast.db, cast["manager"], ACCOUNT, field)
    assert list_fields(cast.db, cast["reader"], ACCOUNT) == before


def test_an_outsider_enters_no_field(cast: Cast) -> None:
    with refused(Kind.MISSING, "no account"):
        enter_field(cast.db, cast["outsider"], ACCOUNT, Field(1, "Q"))


def test_a_field_changed_since_it_was_read_is_not_entered(cast: Cast) -> None:
    with refused(Kind.STALE, "."):
        enter_field(cast.db, cast["manager"], ACCOUNT, Field(1, "Q"), expected=1)
