"""Accounts and their settings."""

from typing import Any

import msgspec

from aiguillage.api.operations import Asked, Operation, Shown
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import UNSET, Body, given, make_fact
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
from aiguillage.domain.accounts import Account, Role

TAG = "Accounts"
LISTING = ("q", "sort", "page", "per_page")
NAMES = {"rota_id": "rota", "geo_list_id": "geo_list"}
"""The account's names for what the API calls otherwise."""

Text = str | msgspec.UnsetType
Number = int | msgspec.UnsetType


class AccountChanges(Body, frozen=True):
    """An account's settings as they are sent."""

    name: Text = UNSET
    country: Text = UNSET
    time_zone: Text = UNSET
    shared_numbers: Text = UNSET
    vip_priority: Number = UNSET
    rota_id: Number | None = UNSET
    geo_list_id: Number | None = UNSET
    fallback_destination: Text | None = UNSET
    keep_calls_days: Number = UNSET
    pseudonymise_days: Number = UNSET


class AccountBody(AccountChanges, frozen=True, kw_only=True):
    """A new account as it is sent: its code, which it keeps, and settings."""

    code: str


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `code` is what `customer_account` names, `id` what `workspace_id` and `customer_id` mean."""

    id: int
    code: str
    name: str
    country: str
    time_zone: str
    shared_numbers: str
    vip_priority: int
    rota_id: int | None
    geo_list_id: int | None
    fallback_destination: str | None
    keep_calls_days: int
    pseudonymise_days: int


AccountsQuery = query_of("AccountsQuery", AccountShown, words=LISTING)
FILTERS = [name for name in AccountsQuery.__struct_fields__ if name not in LISTING]


def _show(account_id: int, account: Account) -> Shown:
    facts = msgspec.structs.asdict(account)
    renamed = {name: facts.pop(own) for name, own in NAMES.items()}
    return Shown(AccountShown(id=account_id, **facts, **renamed), state_of(account))


def _list(asked: Asked) -> Paged:
    found = [_show(*one).body for one in accounts_by_id(asked.db, asked.actor).items()]
    return chosen(found, asked.query, FILTERS, asked.url)


def _add(asked: Asked) -> Shown:
    account = add_account(asked.db, asked.actor, make_fact(Account, given(asked.body, NAMES)))
    return _show(id_of(asked.db, asked.actor, account.code), account)


def _get(asked: Asked) -> Shown:
    return _show(asked.id(), show_account(asked.db, asked.actor, code_of(asked.db, asked.actor, asked.id())))


def _set(asked: Asked) -> Shown:
    code = code_of(asked.db, asked.actor, asked.id())
    changes = given(asked.body, NAMES)
    return _show(asked.id(), set_account(asked.db, asked.actor, code, changes, expected=asked.expected))


def _remove(asked: Asked) -> None:
    code = code_of(asked.db, asked.actor, asked.id())
    remove_account(asked.db, asked.log, asked.actor, code, expected=asked.expected)


def _operation(method: str, path: str, name: str, summary: str, run: Any, **more: Any) -> Operation:  # noqa: ANN401 - an operation's fields
    return Operation(method, path, name, summary, TAG, run, about_account=False, **more)


OPERATIONS = (
    _operation(
        *("GET", "/accounts", "listAccounts", "List the accounts that you may read", _list),
        query=AccountsQuery,
        answer=page_type("Account", AccountShown),
        needs=Role.READ,
    ),
    _operation(
        *("POST", "/accounts", "addAccount", "Add an account", _add),
        body=AccountBody,
        answer=AccountShown,
        status=201,
        operators=True,
        example={"code": "CL0002", "name": "Garage Belleville"},
    ),
    _operation(
        *("GET", "/accounts/{id}", "showAccount", "Show an account", _get),
        answer=AccountShown,
        needs=Role.READ,
        refuses=(404,),
    ),
    _operation(
        *("PUT", "/accounts/{id}", "setAccount", "Change an account's settings", _set),
        body=AccountChanges,
        answer=AccountShown,
        needs=Role.MANAGE,
        refuses=(404, 409, 412),
        example={"vip_priority": 20, "keep_calls_days": 180},
    ),
    _operation(
        *("DELETE", "/accounts/{id}", "removeAccount", "Remove an account", _remove),
        status=204,
        refuses=(404, 409, 412),
        operators=True,
        description="With everything that belongs to it, its journal and its calls too.",
    ),
)
