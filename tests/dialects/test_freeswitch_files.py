"""FreeSWITCH's Lua script, run by Lua with a session that asks a real server; its XML is well-formed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from tests.cast import CODE, NUMBER
from tests.docs.markdown import ROOT, read
from tests.ruled import BLOCKED, STRANGER, Ruled
from tests.server import free_port

FOLDER = ROOT / "integrations/freeswitch"
needs_lua = pytest.mark.skipif(shutil.which("lua5.4") is None, reason="Lua is not installed: apt install lua5.4")

SESSION = r"""
-- What a script sees of FreeSWITCH: mod_curl's application asks as mod_curl reads its words; digits are typed.
local number, hidden, codes = arg[1], arg[2], { table.unpack(arg, 3) }
local variables = { caller_id_number = number, destination_number = "0199000299", privacy_hide_number = hidden }
session = {}
function session:getVariable(name) return variables[name] end
function session:setVariable(name, value) variables[name] = value end
function session:ready() return true end
function session:answer() end
function session:playAndGetDigits() return table.remove(codes, 1) or "" end
function session:execute(name, data)
  if name ~= "curl" then
    print(variables.aig_status .. "|" .. variables.aig_vip .. "|" .. name .. " " .. data)
    return
  end
  local words = "^(%S+) append_headers '([^']+)' connect%-timeout 1 timeout 2 post (%S+)$"
  local url, header, form = string.match(data, words)
  assert(url, data)
  local told = io.popen("curl -s -m 2 -w '\n%{http_code}' -H '" .. header .. "' -d '" .. form .. "' " .. url):read("a")
  variables.curl_response_data, variables.curl_response_code = string.match(told, "^(.*)\n(%d+)$")
end
"""


def run(script: str, folder: Path, *given: str) -> str:
    """What the script does at last with a call from that number, and with which status."""
    (folder / "route.lua").write_text(SESSION + script)
    command = ["lua5.4", str(folder / "route.lua"), *given]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def filled(port: int, token: str) -> str:
    """The script on a server."""
    script = read("integrations/freeswitch/route.lua")
    return script.replace("https://calls.example.org", f"http://127.0.0.1:{port}").replace("aig_...", token)


@needs_lua
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([NUMBER, "false"], "known|1|transfer 207 XML default"),
        ([NUMBER, "true"], "unknown|0|transfer 200 XML default"),
        ([STRANGER, "false", "9999", CODE], "known|1|transfer 207 XML default"),
        ([STRANGER, "false", "9999", "9998", "9997"], "unknown|0|transfer 200 XML default"),
        ([BLOCKED, "false"], "unknown|0|hangup CALL_REJECTED"),
        (["x' ; touch /tmp/x & number=1", "false"], "unknown|0|transfer 200 XML default"),
    ],
)
def test_the_script_asks_by_number_then_by_code_and_sends_the_call_on(
    ruled: Ruled, tmp_path: Path, given: list[str], expected: str
) -> None:
    assert run(filled(ruled.server.port, ruled.secret("router")), tmp_path, *given) == expected


@needs_lua
def test_the_script_goes_on_without_an_answer_or_a_good_token(ruled: Ruled, tmp_path: Path) -> None:
    away = run(filled(free_port(), "aig_x"), tmp_path, NUMBER, "false")
    refused = run(filled(ruled.server.port, "aig_wrong"), tmp_path, NUMBER, "false")

    assert away == refused == "error||transfer 200 XML default"


@needs_lua
@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("207", "transfer 207 XML default"),
        ("+33639980101", "transfer +33639980101 XML default"),
        ("sip:desk@example.org;transport=tls", "bridge sofia/external/sip:desk@example.org;transport=tls"),
        ("sip:a@b,${system x}", "transfer 200 XML default"),
        ("1 XML public", "transfer 200 XML default"),
        ("${system x}", "transfer 200 XML default"),
    ],
)
def test_only_a_plain_destination_is_given_to_freeswitch(tmp_path: Path, destination: str, expected: str) -> None:
    (tmp_path / "route.lua").write_text(read("integrations/freeswitch/route.lua"))
    asked = f"print(table.concat({{require('route').way({json.dumps(destination)})}}, ' '))"
    command = ["lua5.4", "-e", f"package.path = '{tmp_path}/?.lua'", "-e", asked]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == expected


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.xml")), ids=lambda file: file.name)
def test_each_xml_file_is_well_formed_and_knows_only_what_a_dialplan_has(file: Path) -> None:
    known = {"include", "extension", "condition", "action", "anti-action"}
    known |= {"configuration", "bindings", "binding", "param"}

    assert {one.tag for one in etree.parse(file).iter() if isinstance(one.tag, str)} <= known
