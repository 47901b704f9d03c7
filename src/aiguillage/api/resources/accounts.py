"""Accounts and their settings."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations, Shown
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import UNSET, Body, given
from aiguillage.desk.accounts import (
    accounts_by_id,
    add_account,
    code_of,
    id_of,
    remove_account,
    set_account,
    show_account,
)
from aiguillage.desk.change import state_of
from aiguillage.desk.sent import make_fact
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account, Role
from aiguillage.domain.meanings import means

TAG = "Accounts"
OPERATIONS = Operations(TAG, about_account=False)
NAMES = {"rota_id": "rota", "geo_list_id": "geo_list"}
"""The account's names for what the API calls otherwise."""

Text = str | msgspec.UnsetType
Number = int | msgspec.UnsetType


CODE = means("The account's code, which it keeps: a letter, then letters, digits, - or _.", "CL0000")
COUNTRY = means("Two letters, as in `FR`; an account's national numbers are read as that country's.", "FR")
TIME_ZONE = means("The account's clock, as in `Europe/Paris`.", "Europe/Paris")
SHARED_NUMBERS = means("What of a number of two contacts: `refuse` it, `ask_code`, or the `first` one wins.", "refuse")
VIP_PRIORITY = means("What a VIP's calls carry, 0 to 1,000,000.", 10)
ROTA_ID = means("The id of the rota of queues that have none of their own; null for none.")
GEO_LIST_ID = means("The id of the geo list in which callers' own numbers are looked up; null for none.")
FALLBACK_DESTINATION = means(
    "Where calls go for which nothing says where, as from a closed call queue without a default; null for none.", "200"
)
KEEP_CALLS_DAYS = means("How long the call log is kept, 1 to 3650 days.", 365)
PSEUDONYMISE_DAYS = means("After how many days its numbers can no longer be read, 1 to 3650.", 30)


class AccountChanges(Body, frozen=True):
    """An account's settings as they are sent."""

    name: Annotated[Text, meanings.NAME] = UNSET
    country: Annotated[Text, COUNTRY] = UNSET
    time_zone: Annotated[Text, TIME_ZONE] = UNSET
    shared_numbers: Annotated[Text, SHARED_NUMBERS] = UNSET
    vip_priority: Annotated[Number, VIP_PRIORITY] = UNSET
    rota_id: Annotated[Number | None, ROTA_ID] = UNSET
    geo_list_id: Annotated[Number | None, GEO_LIST_ID] = UNSET
    fallback_destination: Annotated[Text | None, FALLBACK_DESTINATION] = UNSET
    keep_calls_days: Annotated[Number, KEEP_CALLS_DAYS] = UNSET
    pseudonymise_days: Annotated[Number, PSEUDONYMISE_DAYS] = UNSET


class AccountBody(AccountChanges, frozen=True, kw_only=True):
    """A new account as it is sent: its code, which it keeps, and settings."""

    code: Annotated[str, CODE]


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `code` is what `customer_account` names, `id` what `workspace_id` and `customer_id` mean."""

    id: Annotated[int, meanings.ACCOUNT_ID]
    code: Annotated[str, CODE]
    name: Annotated[str, meanings.NAME]
    country: Annotated[str, COUNTRY]
    time_zone: Annotated[str, TIME_ZONE]
    shared_numbers: Annotated[str, SHARED_NUMBERS]
    vip_priority: Annotated[int, VIP_PRIORITY]
    rota_id: Annotated[int | None, ROTA_ID]
    geo_list_id: Annotated[int | None, GEO_LIST_ID]
    fallback_destination: Annotated[str | None, FALLBACK_DESTINATION]
    keep_calls_days: Annotated[int, KEEP_CALLS_DAYS]
    pseudonymise_days: Annotated[int, PSEUDONYMISE_DAYS]


AccountsQuery = query_of("AccountsQuery", AccountShown, listing=UNDATED)
FILTERS = [name for name in AccountsQuery.__struct_fields__ if name not in UNDATED]


def _show(account_id: int, account: Account) -> Shown[AccountShown]:
    facts = msgspec.structs.asdict(account)
    renamed = {name: facts.pop(own) for name, own in NAMES.items()}
    return Shown(AccountShown(id=account_id, **facts, **renamed), state_of(account))


@OPERATIONS.get(
    "/accounts", "listAccounts", query=AccountsQuery, answer=page_type("Account", AccountShown), needs=Role.READ
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List the accounts that you may read."""
    found = [_show(*one).body for one in accounts_by_id(asked.db, asked.actor).items()]
    return chosen(found, asked.query, FILTERS, asked.url)


@OPERATIONS.post(
    "/accounts", "addAccount", status=201, operators=True, example={"code": "CL0002", "name": "Garage Belleville"}
)
def _add(asked: Asked[Nothing, AccountBody]) -> Shown[AccountShown]:
    """Add an account."""
    account = add_account(asked.db, asked.actor, make_fact(Account, given(asked.body, NAMES)))
    return _show(id_of(asked.db, asked.actor, account.code), account)


@OPERATIONS.get("/accounts/{id}", "showAccount", needs=Role.READ, refuses=(404,))
def _get(asked: Asked[Nothing, None]) -> Shown[AccountShown]:
    """Show an account."""
    return _show(asked.id(), show_account(asked.db, asked.actor, code_of(asked.db, asked.actor, asked.id())))


@OPERATIONS.put(
    "/accounts/{id}",
    "setAccount",
    needs=Role.MANAGE,
    refuses=(404, 409, 412),
    example={"vip_priority": 20, "keep_calls_days": 180},
)
def _set(asked: Asked[Nothing, AccountChanges]) -> Shown[AccountShown]:
    """Change an account's settings."""
    code = code_of(asked.db, asked.actor, asked.id())
    changes = given(asked.body, NAMES)
    return _show(asked.id(), set_account(asked.db, asked.actor, code, changes, expected=asked.expected))


@OPERATIONS.delete("/accounts/{id}", "removeAccount", status=204, refuses=(404, 409, 412), operators=True)
def _remove(asked: Asked[Nothing, None]) -> None:
    """Remove an account.

    With everything that belongs to it, its journal and its calls too.
    """
    code = code_of(asked.db, asked.actor, asked.id())
    remove_account(asked.db, asked.log, asked.actor, code, expected=asked.expected)
