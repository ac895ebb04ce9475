"""What was intended and what was answered, one JSON line each, on disk before a fault is called survived."""

import json
import os
import threading


class History:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()

    def write(self, what_kind, **what):
        line = json.dumps({"is": what_kind} | what, ensure_ascii=False)
        with self.lock:
            self.file.write(line + "\n")
            self.file.flush()

    def sync(self):
        with self.lock:
            os.fsync(self.file.fileno())


class Intention:
    """One change that somebody wants, whatever number of requests it takes."""

    OPEN, OK, REFUSED, UNKNOWN, UNSENT = "open", "ok", "refused", "unknown", "unsent"

    def __init__(self, number, kind, call, effects, on_ok, audits=1):
        self.number, self.kind, self.call = number, kind, call
        # Where its effect is to be found: pairs of a space and a value, each exactly once when it happened.
        self.effects, self.on_ok, self.audits = effects, on_ok, audits
        self.state, self.status, self.body, self.request_id = self.OPEN, None, None, None
        self.was_unknown, self.replays = False, 0

    def __repr__(self):
        return f"{self.kind} #{self.number} {self.call.method} {self.call.path} key {self.call.key}: {self.state} {self.status}"


class Call:
    def __init__(self, method, path, body, token, key, media_type="application/json"):
        self.method, self.path, self.token, self.key, self.media_type = method, path, token, key, media_type
        self.body = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, (dict, list)) else body
