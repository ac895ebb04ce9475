"""Asks all the time while a dependency is away: how long an answer takes, and whether it says what it must."""

import http.client
import threading
import time

from .people import NOBODY

PAUSE_S, GIVEN_UP_AFTER_S = 0.2, 40


class Prober:
    """One thread for each question, so that an answer that hangs hides no other."""

    def __init__(self, house, is_silent, told_after_s):
        self.house, self.is_silent, self.told_after_s = house, is_silent, told_after_s
        self.statuses, self.readyz, self.complaints, self.slowest = [], [], [], NOBODY
        self.is_over, self.is_back, self.lock = threading.Event(), False, threading.Lock()
        codes = house.world.pools["codes"]
        # An order that nobody looked at a moment ago, and one that does not exist.
        paths = ["/healthz", "/readyz", "/v1/branches"] + [f"/v1/track/{code}" for code in codes[:1]]
        self.threads = [threading.Thread(target=self.ask_on, args=(path,), daemon=True) for path in paths]

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def ask_on(self, path):
        while not self.is_over.wait(PAUSE_S):
            since = time.monotonic() - self.began
            status, waits, took = self.ask(path)
            with self.lock:
                self.slowest = max(self.slowest, (took, path))
                self.statuses.append(status)
                if path == "/readyz":
                    self.readyz.append((status, took))
                complaint = self.judge(path, since, status, waits)
                if complaint:
                    self.complaints.append(f"{path} {since:.1f} s after the beginning: {complaint} ({status} in {took:.1f} s)")

    def ask(self, path):
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.house.front[0].port, timeout=GIVEN_UP_AFTER_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("retry-after"), time.monotonic() - began
        except (OSError, http.client.HTTPException):
            return None, None, time.monotonic() - began
        finally:
            connection.close()

    def judge(self, path, since, status, waits):
        if path == "/healthz":
            return None if status == 200 else "the process is alive and does not say so"
        if status not in (200, 503):
            return "neither served nor told to come again"
        if status == 503 and path != "/readyz" and not waits:
            return "503 without Retry-After"
        if path == "/readyz" and self.is_silent and since > self.told_after_s and not self.is_back and status == 200:
            return "ready without a database"
        return None
