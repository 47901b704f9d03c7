"""SIPp as the caller, and as the queues, the trunk and a phone somewhere else: real SIP over UDP on 127.0.0.1."""

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.server import eventually

SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""

CALLER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:+33199000200@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: {identity};tag=[call_number]
To: <sip:+33199000200@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
X-Case: {case}
{more}{sdp}]]></send>
<recv response="100" optional="true"/>
<recv response="603" optional="true" next="1"/>
<recv response="200" rrs="true" timeout="{within}"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200" next="2"/>
<label id="1"/>
<send><![CDATA[
ACK sip:+33199000200@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<label id="2"/>
<timewait milliseconds="50"/>
</scenario>
"""

CANCELLED = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="cancelled">
<send retrans="500"><![CDATA[
INVITE sip:+33199000200@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: {identity};tag=[call_number]
To: <sip:+33199000200@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
X-Case: {case}
{more}{sdp}]]></send>
<recv response="100"/>
<send retrans="500"><![CDATA[
CANCEL sip:+33199000200@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="487" timeout="{within}"/>
<send><![CDATA[
ACK sip:+33199000200@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""

CALLED = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="called">
<recv request="INVITE" rrs="true"><action>
<ereg regexp="INVITE ([^ ]+) SIP" search_in="msg" check_it="true" assign_to="all,to"/>
<ereg regexp="[^ ]+" search_in="hdr" header="X-Case:" assign_to="case"/>
<ereg regexp="[0-9]+" search_in="hdr" header="X-Priority:" assign_to="priority"/>
<ereg regexp="X-Code|Asserted" search_in="msg" assign_to="leaked"/>
<log message="[$case] [$to] [$priority] [$leaked]"/>
</action></recv>
<Reference variables="all"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:called@[local_ip]:[local_port]>
{SDP}]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<timewait milliseconds="500"/>
</scenario>
"""


@dataclass(frozen=True)
class Call:
    """A call: its From, and other headers; the case by which it is found again where it arrives."""

    case: str
    identity: str = "<sip:0199001234@trunk.example.org>"
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrived:
    """A call that was answered: by whom, with which request URI and priority, and which of its headers were left."""

    case: str
    by: str
    uri: str
    priority: str = ""
    leaked: str = ""


@dataclass
class Sipp:
    """Callers, and those whom they may reach, on ports of 127.0.0.1; their logs are in a folder."""

    folder: Path
    ports: dict[str, int]
    _count: int = field(default=0)

    def arrived(self) -> list[Arrived]:
        """The calls that were answered so far, in no order."""
        found = []
        for name in self.ports:
            log = self.folder / f"{name}.log"
            for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
                case, uri, *rest = line.split(" ")
                found.append(Arrived(case, name, uri.partition(";")[0], *rest))
        return found

    def place(self, port: int, calls: Sequence[Call], *, within: int = 5000, scenario: str = CALLER) -> list[int]:
        """Places calls, eight at a time; for each 0 if it ended well, which takes an answer within milliseconds."""
        files = [self._written(scenario, call, within) for call in calls]
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda file: run(port, file, "-m", "1"), files))

    def place_many(self, port: int, calls: Sequence[Call], a_second: int, *, within: int = 5000) -> int:
        """Places calls at a rate; 0 if all ended well. Theirs are plain identities."""
        file = self._written(CALLER, Call("[field1]", "[field0]"), within)
        rows = file.with_suffix(".csv")
        rows.write_text("SEQUENTIAL\n" + "".join(f"{call.identity};{call.case}\n" for call in calls))
        return run(port, file, "-inf", str(rows), "-r", str(a_second), "-m", str(len(calls)))

    def _written(self, scenario: str, call: Call, within: int) -> Path:
        self._count += 1
        file = self.folder / f"caller-{self._count}.xml"
        more = "".join(f"{header}\n" for header in call.headers)
        file.write_text(scenario.format(identity=call.identity, case=call.case, more=more, sdp=SDP, within=within))
        return file


def run(port: int, scenario: Path, *options: str) -> int:
    """SIPp calls that port of 127.0.0.1; its exit status, and what went wrong in a file beside the scenario."""
    command = ["sipp", f"127.0.0.1:{port}", "-sf", str(scenario), "-i", "127.0.0.1", "-nostdin", *options]
    command += ["-trace_err", "-error_file", str(scenario.with_suffix(".errors"))]
    return subprocess.run(command, cwd=scenario.parent, capture_output=True, timeout=120, check=False).returncode


@contextmanager
def answering(folder: Path, ports: dict[str, int]) -> Iterator[Sipp]:
    """Those who answer calls, by their names, until the block ends."""
    scenario = folder / "called.xml"
    scenario.write_text(CALLED)
    opened = []
    try:
        for name, port in ports.items():
            command = ["sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
            command += ["-trace_logs", "-log_file", str(folder / f"{name}.log")]
            opened.append(subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        eventually(lambda: all(listens(port) for port in ports.values()))
        yield Sipp(folder, ports)
    finally:
        for process in opened:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    """Whether somebody has that UDP port of 127.0.0.1."""
    wanted = f"0100007F:{port:04X}"
    return any(wanted in line.split()[1] for line in Path("/proc/net/udp").read_text().splitlines()[1:])
