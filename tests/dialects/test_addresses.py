"""Addresses under /api as call flows write them: what is understood, what a wrong one is told; Basic for Bearer."""

import json
from base64 import b64encode

import pytest

from aiguillage.dialects.addresses import RIGHT
from tests.cast import ACCOUNT
from tests.dialects.wire import KNOWN, V1, ask
from tests.ruled import Ruled
from tests.standing import Standing

CALL = f"customerAccount={ACCOUNT}&number=0199001234"


@pytest.mark.parametrize(
    "path",
    [
        *(f"/api/v1/smartRoutings/?{CALL}", f"/API/V1/smartroutings?{CALL}", f"//api///v1/smartRoutings//?{CALL}"),
        *(f"/api/v2/route/?{CALL}", f"/Api/v2/Route?{CALL}", f"/api//v2/route?{CALL}", f"/api/%76%32/route?{CALL}"),
        *(f"/api/{ACCOUNT}/customer/number/0199001234/", f"//api/{ACCOUNT}//Customer/NUMBER/0199001234"),
        f"/api/{ACCOUNT}/customer/isvipfromnumber//0199001234",
        f"/api/{ACCOUNT}/customer/code/4321/",
        *(f"/api/v2/queues/support/?customerAccount={ACCOUNT}", f"/API/v2//Queues/SUPPORT?customerAccount={ACCOUNT}"),
        f"/api/V2/OnCall/duty/?customerAccount={ACCOUNT}",
    ],
)
def test_slashes_and_the_case_of_letters_are_understood(ruled: Ruled, path: str) -> None:
    assert ruled.server.ask(path, ruled.cast.secret("router")).status == 200


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/v1/smartRouting", RIGHT["v1"]),
        ("/api/v1", RIGHT["v1"]),
        ("/api/V1/route/", RIGHT["v1"]),
        ("/api/v2", RIGHT["v2"]),
        ("/api/v2/routes", RIGHT["v2"]),
        ("/api/v2/queues/", RIGHT["v2"]),
        ("/api/v2/Switches/abc", RIGHT["v2"]),
        (f"/api/{ACCOUNT}/customer", RIGHT["customer"]),
        (f"/api/{ACCOUNT}/customer/numbers/0199001234", RIGHT["customer"]),
        ("/api", [address for some in RIGHT.values() for address in some]),
        ("/api/v3/route", [address for some in RIGHT.values() for address in some]),
        ("/api/%FF", [address for some in RIGHT.values() for address in some]),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_wrong_address_is_a_400_that_names_the_right_one(
    standing: Standing, path: str, names: list[str], method: str
) -> None:
    status, headers, body = ask(standing, path.encode("latin-1") + b"?" + CALL.encode(), method=method.encode())

    told = json.loads(body)
    assert (status, headers["content-type"], told["response"]) == (400, "application/json", "bad request")
    assert told["detail"].partition(": ")[2].split(", ") == list(names)


def test_where_text_is_asked_for_it_is_text(standing: Standing) -> None:
    status, headers, body = ask(standing, b"/api/v1/routings?format=raw")

    assert (status, headers["content-type"], body) == (400, "text/plain; charset=utf-8", b"bad request")


def test_wrong_addresses_are_counted(standing: Standing) -> None:
    def counted() -> int:
        lines = standing.server.ask("/metrics").text.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("aiguillage_wrong_addresses_total "))

    before = counted()
    standing.ask("/api/v9")

    while (now := counted()) == before:  # a moment's metrics are given again for a quarter of a second
        pass
    assert now == before + 1


@pytest.mark.parametrize("path", ["/apis", "/", "/openapi.json", "/api/v2/switches/nothing"])
def test_what_is_not_a_calls_is_the_desks(standing: Standing, path: str) -> None:
    assert standing.ask(path).status in {200, 303, 404}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("phone:{secret}", 200),
        (":{secret}", 200),
        ("phone: {secret} ", 200),
        ("{secret}", 401),
        ("{secret}:", 401),
        ("phone:aig_nothing", 401),
    ],
)
def test_basic_with_the_token_as_password_is_taken_as_bearer_is(standing: Standing, given: str, status: int) -> None:
    word = b64encode(given.format(secret=standing.secret).encode()).decode()

    answers = [
        standing.server.ask(path, Authorization=f"{scheme} {word}").status
        for path in ((V1 + KNOWN).decode(), "/whoami")
        for scheme in ("Basic", "basic")
    ]

    assert set(answers) == {status}
