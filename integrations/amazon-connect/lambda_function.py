"""Amazon Connect asks aiguillage where a call goes: an AWS Lambda function of Python's standard library alone.

Create a function with the runtime Python 3.11 or later, paste this file as lambda_function.py, and leave the handler as
it is: lambda_function.lambda_handler. The flow's block "AWS Lambda function" has Response validation STRING_MAP, and
reads what is returned as $.External.destination, $.External.status and so on.

What is returned is always a flat object whose values are all texts, with the same names
(https://docs.aws.amazon.com/connect/latest/adminguide/invoke-lambda-function-block.html). Its `status` is
    known     the caller is a contact
    unknown   nobody is known by this number, nor by the code; there may be a destination all the same
    error     aiguillage did not answer, or refused: the flow goes on with its own default
"""

import json
import logging
import os
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

ADDRESS = os.environ.get("AIGUILLAGE_URL", "https://calls.example.org")
ACCOUNT = os.environ.get("AIGUILLAGE_ACCOUNT", "CL0000")
TOKEN = os.environ.get("AIGUILLAGE_TOKEN", "aig_...")
# The caller hears silence meanwhile. Connect itself waits for as long as the block says, 8 seconds at most.
SECONDS = 2

NAMES = (
    *("known", "by", "contactId", "company", "firstName", "lastName", "language", "vip", "onCallDutyContract"),
    *("priority", "destination", "destination1", "destination2", "destination3", "destination4"),
    *("queue", "open", "until", "reason", "callId"),
)


def lambda_handler(event, context):
    """Answers the event of a contact flow. It never raises: Connect would call again, and the caller would wait."""
    try:
        status, told = ask(question(event))
        if status == 200:
            return answer("known" if told["known"] == "true" else "unknown", told)
        if status == 404:
            return answer("unknown")
        logging.error("aiguillage refused: %s", status)
    except (HTTPException, LookupError, OSError, TypeError, ValueError) as error:
        logging.error("aiguillage cannot be asked: %s", type(error).__name__)
    return answer("error")


def question(event):
    """Who calls, which number they dialled, and the code that they typed, if the block sends one as `code`."""
    details = event["Details"]
    contact, parameters = details["ContactData"], details.get("Parameters") or {}
    asked = {
        "customerAccount": ACCOUNT,
        "number": (contact.get("CustomerEndpoint") or {}).get("Address") or "",
        "called": (contact.get("SystemEndpoint") or {}).get("Address") or "",
        "format": "strings",
    }
    if parameters.get("code"):
        asked["code"] = parameters["code"]
    return asked


def ask(asked):
    """The status and the JSON of the answer. No redirect is followed: it could take the token elsewhere."""
    address = urlsplit(ADDRESS)
    connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = connect(address.netloc, timeout=SECONDS)
    headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}
    try:
        connection.request("POST", address.path.rstrip("/") + "/api/v2/route", json.dumps(asked), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read(32768))
    finally:
        connection.close()


def answer(status, told=None):
    """The flat map, with every name in it: what there is nothing of is an empty text."""
    return {"status": status, **dict.fromkeys(NAMES, ""), **(told or {})}
