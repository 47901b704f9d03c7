"""V2's POST: JSON and forms, alone and beside a query; bodies that are neither."""

import json

import pytest

from tests.cast import ACCOUNT, NUMBER
from tests.dialects.test_v2 import detail
from tests.ruled import ROUTE, Ruled


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"customerAccount": "CL0000", "number": "0199001234"}', "application/json"),
        (
            b'{"customerAccount": "CL0000", "number": "+33 1 99 00 12 34", "queue": null}',
            "application/json; charset=utf-8",
        ),
        (b'{"customerAccount": "CL0000", "number": 33199001234, "code": 4321, "explain": false}', "APPLICATION/JSON"),
        (b"customerAccount=CL0000&number=%2B33199001234", "application/x-www-form-urlencoded"),
        (b"customerAccount=CL0000&number=01+99+00+12+34", "application/x-www-form-urlencoded; charset=UTF-8"),
    ],
)
def test_a_post_asks_the_same_in_its_body(ruled: Ruled, body: bytes, kind: str) -> None:
    answer = ruled.post(body, kind)

    assert (answer.status, json.loads(answer.body)["destination"]) == (200, "207")


def test_query_and_body_may_be_mixed_but_not_contradict(ruled: Ruled) -> None:
    path = f"{ROUTE}?customerAccount={ACCOUNT}&format=raw"

    mixed = ruled.post(b'{"number": "0199001234", "format": "raw"}', path=path)
    two = ruled.post(b'{"number": "0199001234", "format": "json"}', path=path)
    twice = ruled.post(b'{"number": "0199001234", "number": "0199001235"}', path=path)

    assert (mixed.status, mixed.text) == (200, "207")
    assert (two.status, two.text, twice.status) == (400, "bad request", 400)


@pytest.mark.parametrize(
    "unread",
    [
        *('"x": {"deep": [1, {"number": "1"}]}', '"x": 1, "x": 2', '"x": "\\ud800"', '"\\ud800": 1', '"x": NaN'),
        *('"x": [[[[]]]]', '"": null'),
    ],
)
def test_members_that_nobody_reads_are_not_judged(ruled: Ruled, unread: str) -> None:
    path = f"{ROUTE}?customerAccount={ACCOUNT}"

    answer = ruled.post(f'{{"number": "0199001234", {unread}}}'.encode(), path=path)

    assert (answer.status, json.loads(answer.body)["destination"]) == (200, "207")


@pytest.mark.parametrize("read", ['"number": {"a": 1}', '"number": NaN', '"number": "\\ud800"', '"code": ["1"]'])
def test_members_that_are_read_are(ruled: Ruled, read: str) -> None:
    assert ruled.post(f"{{{read}}}".encode(), path=f"{ROUTE}?customerAccount={ACCOUNT}").status == 400


@pytest.mark.parametrize(("form", "status"), [(b"number=0199001234&x=\xff", 200), (b"number=\xff", 400)])
def test_a_form_that_is_not_utf_8_is_judged_where_it_is_read(ruled: Ruled, form: bytes, status: int) -> None:
    answer = ruled.post(form, path=f"{ROUTE}?customerAccount={ACCOUNT}", kind="application/x-www-form-urlencoded")

    assert answer.status == status


def test_a_post_without_a_body_asks_by_its_query(ruled: Ruled) -> None:
    path = f"{ROUTE}?customerAccount={ACCOUNT}&number={NUMBER}&format=raw"

    assert ruled.post(b"", None, path).text == "207"
    assert ruled.post(b"").status == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        *((body, "application/json") for body in (b"{", b"[]", b'"x"', b"null", b"1", b"\xff", b'{"number": [1]}')),
        *((body, "application/json") for body in (b'{"number": {"a": 1}}', b'{"number": NaN}', b"[" * 8000)),
        *((body, "application/json") for body in (b'{"number": "\\ud800"}', b'{"\\ud800": "1"}', b'{"number": 1e999}')),
        *((body, "application/json") for body in (b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1' + b" " * 9000 + b"}")),
        *(
            (b"number=1&number=2", "application/x-www-form-urlencoded"),
            (b"number=%FF", "application/x-www-form-urlencoded"),
        ),
        *(
            (b"number=1", kind)
            for kind in (None, "", "text/plain", "multipart/form-data; boundary=x", "application/xml")
        ),
    ],
)
def test_a_broken_body_is_a_bad_request(ruled: Ruled, body: bytes, kind: str | None) -> None:
    answer = ruled.post(body, kind)

    assert detail(answer)
