"""Somebody who uses the service beside an attack, for scripts that attack it: what do others notice?

`house` starts a service of its own with an order in it, `Bystander` looks things up by the clock, `compared` lets quiet and
attacked stretches alternate, so that a machine that is slower for a while is slower for both.
"""

import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from neighbours import script  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
measure = script("measure")

PASSWORD = "a few quiet words"
EVERY_S = 0.02


def anywhere():
    """One of four million addresses of this machine."""
    return f"127.{random.randrange(16, 128)}.{random.randrange(256)}.{random.randrange(1, 255)}"


class Client:
    """One connection from an address of this machine."""

    def __init__(self, port, address="127.9.9.9", token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(address, 0))
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path):
        return self.answer("GET", path)

    def post(self, path, body):
        status, answer = self.answer("POST", path, json.dumps(body))
        return status, json.loads(answer)

    def answer(self, method, path, body=None):
        self.connection.request(method, path, body, self.headers | ({"content-type": "application/json"} if body else {}))
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class House:
    """A running service with an order, and the token of a cashier."""

    def __init__(self, server):
        self.server, self.port = server, server.port
        order = {"customer": {"name": "A", "phone": "0700123456"}, "items": [{"description": "x", "quantity": 1}]}
        self.code = Client(self.port).post("/v1/orders", order)[1]["code"]

    def token(self, login):
        return Client(self.port).post("/v1/auth/login", {"login": login, "password": PASSWORD})[1]["access_token"]


@contextlib.contextmanager
def house(build, **settings):
    """`torugart serve` on SQLite with its usual limits, until the block ends; somebody called `clerk` works there."""
    binary = os.environ.setdefault("TORUGART_BIN", str(measure.target().resolve() / build / "torugart"))
    # Whoever ends the script ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="torugart-bystander-"))
    url = f"sqlite://{scratch}/torugart.db"
    try:
        with measure.Server(url, scratch, TORUGART__PHOTOS__URL="memory:", **settings) as server:
            server.first_ms("/readyz")
            environment = os.environ | {"TORUGART__DATABASE__URL": url}
            words = [binary, "staff", "add", "--login", "clerk", "--role", "operator", "--password-stdin"]
            subprocess.run(words, cwd=scratch, env=environment, input=PASSWORD, text=True, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            yield House(server)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class Bystander(threading.Thread):
    """Asks for one path after the other, 50 times a second, by the clock, until stopped."""

    def __init__(self, port, paths, token=None):
        super().__init__(daemon=True)
        self.client, self.paths = Client(port, token=token), paths
        self.going, self.took, self.errors = True, {path: [] for path in paths}, 0

    def run(self):
        due, turn = time.perf_counter(), 0
        while self.going:
            time.sleep(max(0, due - time.perf_counter()))
            path = self.paths[turn % len(self.paths)]
            try:
                status, _ = self.client.get(path)
            except (OSError, http.client.HTTPException):
                status, self.client.connection = None, http.client.HTTPConnection("127.0.0.1", self.client.connection.port, timeout=30)
            # From the moment it was due: a service that is late does not get off because the client waited, too.
            self.took[path].append((time.perf_counter() - due) * 1000)
            self.errors += status != 200
            due, turn = due + EVERY_S, turn + 1

    def stop(self):
        self.going = False
        self.join()
        return self


def percentile(took, share):
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def watched(port, paths, seconds, token=None, meanwhile=lambda: None):
    """What a bystander saw while something happened, or for some seconds."""
    bystander = Bystander(port, paths, token)
    bystander.start()
    began = time.perf_counter()
    meanwhile()
    time.sleep(max(0, seconds - (time.perf_counter() - began)))
    return bystander.stop()


@contextlib.contextmanager
def attacked(said, attack, *args, begins_s=0):
    """Lets `attack(*args, going, put)` go on in a process of its own until the block ends; adds to `said` what it put. What it
    takes of the interpreter is not the bystander's wait."""
    going, queue = multiprocessing.Event(), multiprocessing.Queue()
    going.set()
    process = multiprocessing.Process(target=attack, args=(*args, going, queue.put))
    process.start()
    time.sleep(begins_s)
    try:
        yield
    finally:
        going.clear()
        said += queue.get(timeout=60)
        process.join()


class Compared:
    """Quiet and attacked stretches, together."""

    def __init__(self, paths):
        self.quiet, self.attacked = {path: [] for path in paths}, {path: [] for path in paths}
        self.errors, self.memory = 0, []

    def add(self, bystander, into):
        for path, took in bystander.took.items():
            into[path] += took
        self.errors += bystander.errors

    def remembers(self, allowed_mib):
        """A line about memory, and whether it is bounded: it grows by no more than allowed, and hardly after the first attack."""
        first, *later = self.memory
        shown = ", ".join(f"{mib:.0f}" for mib in later)
        bounded = max(later) - first <= allowed_mib and later[-1] - later[0] <= allowed_mib / 4
        return f"memory: {first:.0f} MiB before, {shown} MiB in the attacks (bound {first + allowed_mib:.0f})", bounded

    def lines(self):
        """A line for each path, and whether others waited at most twice as long, and no longer than the larger of that and 50 ms."""
        words, plain, within = [], True, True
        for path, quiet in self.quiet.items():
            alone, beside = percentile(quiet, 0.99), percentile(self.attacked[path], 0.99)
            plain, within = plain and beside <= 2 * alone, within and beside <= max(2 * alone, 50)
            words.append(
                f"{path}: p50 {percentile(quiet, 0.5):.1f} ms alone, {percentile(self.attacked[path], 0.5):.1f} beside it; "
                f"p99 {alone:.1f} ms alone, {beside:.1f} beside it, {beside / alone:.1f} times as long; "
                f"{len(quiet)} and {len(self.attacked[path])} looks"
            )
        return words, plain, within


def compared(house, paths, rounds, seconds, attack, token=None):
    """Lets a quiet stretch and one beside the attack alternate; `attack` is a context that attacks until its block ends."""
    both = Compared(paths)
    both.memory.append(house.server.resident_mib())
    for _ in range(rounds):
        both.add(watched(house.port, paths, seconds, token), both.quiet)
        with attack():
            both.add(watched(house.port, paths, seconds, token), both.attacked)
            both.memory.append(house.server.resident_mib())
        # What was begun for the attack is not held against the next quiet stretch.
        time.sleep(1)
    return both
