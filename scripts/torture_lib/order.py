"""Where no power failure can be played: whether the disk was waited for before every answer, as strace sees it.

It proves less than a disk that forgets: that the log was synced after it was last written and before the answer went out, for
every change of one client after the other. Whether what was synced is enough to recover from, only a power failure tells.
"""

import http.client
import json
import re
import shutil
import subprocess
import sys

from .house import Template
from .service import Service

CALLS = "pwrite64,write,writev,sendto,sendmsg,fdatasync,fsync"
WRITTEN = re.compile(r"\b(?:pwrite64|write|writev)\(\d+<[^>]*-wal>")
SYNCED = re.compile(r"\b(?:fdatasync|fsync)\(\d+<[^>]*-wal>\)\s*= 0")
SYNC_BEGUN = re.compile(r"^(\d+)\s.*\b(?:fdatasync|fsync)\(\d+<[^>]*-wal>\s+<unfinished")
SYNC_ENDED = re.compile(r"^(\d+)\s.*<\.\.\. (?:fdatasync|fsync) resumed>.*= 0")
ANSWERED = re.compile(r"\b(?:write|writev|sendto|sendmsg)\(\d+<.*HTTP/1\.1 201")


def judge(lines):
    """How many changes were answered, and how many of them before the disk had what they wrote."""
    is_dirty, syncing, answered, early, synced = False, {}, 0, 0, 0
    for line in lines:
        if WRITTEN.search(line):
            is_dirty, syncing = True, {}
        elif begun := SYNC_BEGUN.search(line):
            syncing[begun[1]] = True
        elif SYNCED.search(line) or (ended := SYNC_ENDED.search(line)) and syncing.pop(ended[1], False):
            is_dirty, synced = False, synced + 1
        elif ANSWERED.search(line):
            answered, early = answered + 1, early + is_dirty
    return answered, early, synced


def run(binary, scratch, store, gateway, mistake, changes):
    """Places orders one after the other in a service that is watched."""
    if not shutil.which("strace"):
        sys.exit("torture: strace is missing")
    template = Template(binary, scratch, store, gateway)
    trace = scratch / "strace.txt"
    service = Service(binary, scratch, gateway.server_port, "watched", ("serve", "--no-worker"), mistake)
    service.url, service.photos = store.fresh(template.database), scratch / "photos"
    service.prefix = ["strace", "-f", "-y", "-s", "24", "-o", trace, "-e", f"trace={CALLS}"]
    service.start()
    service.ready_s()
    connection, acknowledged = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60), 0
    for number in range(changes):
        body = {"customer": {"name": "A", "phone": f"0700{number:06}"}, "items": [{"description": "x", "quantity": 1}]}
        connection.request("POST", "/v1/orders", json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        acknowledged += answer.status == 201
    subprocess.run(["pkill", "-TERM", "-P", str(service.process.pid)], check=True)
    service.process.wait(60)
    answered, early, synced = judge(trace.read_text(errors="replace").splitlines())
    return acknowledged, answered, early, synced
