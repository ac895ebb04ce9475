"""Anybody who works with the service: sends, hears, and writes down what is not known."""

import json
import random
import threading
import time

from .client import Connection, NoAnswer, NotSent
from .history import Call, Intention

# How often a fulfilled intention is sent again at once, and how often two requests of it race each other.
ECHO, TWIN = 0.1, 0.05


class Person(threading.Thread):
    def __init__(self, crowd, name, seed):
        super().__init__(name=name, daemon=True)
        self.crowd, self.world = crowd, crowd.world
        self.chance = random.Random(f"{seed}/{crowd.world.life}/{name}")
        self.is_busy = False
        # Where several instances serve, everybody has one of their own, and another one to turn to.
        self.at = self.chance.randrange(len(crowd.ports))
        self.connection = Connection(lambda: crowd.ports[self.at % len(crowd.ports)])

    def run(self):
        while not self.crowd.over:
            if not self.crowd.going.is_set():
                self.connection.close()
                self.crowd.going.wait()
                continue
            self.is_busy = True
            if self.crowd.going.is_set():
                try:
                    self.act()
                except (NotSent, NoAnswer):
                    if not self.crowd.retries:
                        # The service is away: whoever counts the round decides when it is back.
                        self.rest(0.02)
                except Exception as error:  # noqa: BLE001 - a person who falls silent would be missed by nobody
                    self.crowd.complaints.append(f"{self.name} cannot go on: {type(error).__name__}: {error}")
            self.is_busy = False
            self.pause()

    def rest(self, seconds):
        self.is_busy = False
        time.sleep(seconds)

    def read(self, path, who=None):
        self.crowd.reads += 1
        answer = self.sent(Call("GET", path, None, self.world.tokens.get(who), None), tries=5 if self.crowd.retries else 1)
        if answer.status == 404:
            self.crowd.complaints.append(f"what was acknowledged is not found: GET {path}")
        return json.loads(answer.body) if answer.is_ok else None

    def sent(self, call, tries=1):
        """With several instances, whoever is not heard by one asks the other with the same key."""
        for left in reversed(range(tries)):
            began = time.monotonic()
            try:
                answer = self.connection.send(call)
                self.crowd.waited(began, call)
                if left and answer.status == 503 or left and answer.is_unknown and answer.status == 409:
                    time.sleep(0.05)
                    self.connection.close()
                    self.at += 1
                    continue
                return answer
            except (NotSent, NoAnswer):
                self.crowd.waited(began, call)
                if not left:
                    raise
                self.at += 1
                time.sleep(0.02)

    def do(self, intention):
        """Sends a change; what became of it is written down, whatever it is."""
        if self.chance.random() < TWIN:
            return self.race(intention)
        self.attempt(intention, self.connection)
        if intention.state == Intention.OK and self.chance.random() < ECHO:
            self.echo(intention)
        return intention.state == Intention.OK

    def attempt(self, intention, connection):
        try:
            answer = self.sent(intention.call, tries=8 if self.crowd.retries else 1)
        except NotSent:
            self.world.settle(intention, Intention.UNSENT)
            raise
        except NoAnswer as error:
            self.world.settle(intention, Intention.UNKNOWN, reason=str(error))
            raise
        self.judge(intention, answer)

    def judge(self, intention, answer):
        state = Intention.OK if answer.is_ok else Intention.UNKNOWN if answer.is_unknown else Intention.REFUSED
        if answer.status >= 500:
            self.crowd.failures.append((time.time(), answer.status, str(intention), answer.body[:300]))
        if answer.status == 503 and not answer.headers.get("retry-after"):
            self.crowd.complaints.append(f"{intention}: 503 without Retry-After")
        if answer.status in (400, 401, 403, 404, 405, 413, 415, 422):
            self.crowd.complaints.append(f"{intention}: {answer.body[:300]!r}")
        self.world.settle(intention, state, answer)

    def echo(self, intention):
        """The same request once more: the same answer, and nothing new."""
        for _ in range(self.chance.randint(1, 3)):
            again = self.sent(intention.call)
            self.compare(intention, again)
        self.forge(intention)

    def forge(self, intention):
        """The same key for something else: refused, whatever became of the first."""
        call, other = intention.call, None
        if call.media_type == "application/json":
            wanted = json.loads(call.body)
            if "amount" in wanted:
                wanted["amount"]["amount"] += 100
                other = wanted
            elif "items" in wanted:
                wanted["items"][0]["quantity"] += 1
                other = wanted
        if other is None:
            return
        answer = self.sent(Call(call.method, call.path, other, call.token, call.key))
        self.crowd.forged += 1
        if not answer.is_unknown and (answer.status != 422 or b"idempotency_key_reused" not in answer.body):
            self.crowd.complaints.append(f"a key was taken for something else: {intention}, then {answer.status} {answer.body[:300]!r}")

    def compare(self, intention, again):
        if again.is_unknown:
            return
        intention.replays += 1
        if not again.is_ok or json.loads(again.body) != json.loads(intention.body):
            self.crowd.complaints.append(f"a repeat was answered otherwise: {intention}, then {again.status} {again.body[:300]!r}")

    def race(self, intention):
        """Two requests of one intention at the same moment."""
        rival = Rival(self.crowd.ports[(self.at + 1) % len(self.crowd.ports)], intention.call)
        rival.start()
        failed = None
        try:
            self.attempt(intention, self.connection)
        except (NotSent, NoAnswer) as error:
            failed = error
        rival.join()
        if rival.answer is not None:
            self.reconcile(intention, rival.answer)
        elif rival.is_doubtful and intention.state in (Intention.UNSENT, Intention.REFUSED):
            self.world.settle(intention, Intention.UNKNOWN, reason="the rival was not answered")
        # Which of the two did it, and so stands in the trail, is not known.
        intention.request_id = None
        if failed and intention.state != Intention.OK:
            raise failed
        return intention.state == Intention.OK

    def reconcile(self, intention, answer):
        """What a second answer adds to what the first told, if there was one."""
        if intention.state == Intention.OK:
            self.compare(intention, answer)
        elif intention.state in (Intention.UNKNOWN, Intention.UNSENT):
            intention.state = Intention.UNKNOWN
            self.judge(intention, answer)
        elif answer.is_ok:
            self.crowd.complaints.append(f"of two requests one was refused and one was not: {intention}")


class Rival(threading.Thread):
    """The same request over another connection."""

    def __init__(self, port, call):
        super().__init__(daemon=True)
        self.connection, self.call, self.answer, self.is_doubtful = Connection(lambda: port), call, None, False

    def run(self):
        try:
            self.answer = self.connection.send(self.call)
        except NotSent:
            pass
        except NoAnswer:
            self.is_doubtful = True
        self.connection.close()
