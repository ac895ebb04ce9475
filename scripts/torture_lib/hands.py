"""Up to 32 people with a connection each to every instance, who ask at the same instant, or one after the other as fast as it goes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .client import Connection, NoAnswer, NotSent
from .history import Intention

# A connection that nobody used for so long may be closed by the service at this very moment.
FRESH_S = 2
# What has to succeed is sent again for so long.
GIVEN_UP_AFTER_S = 60


class Told:
    """When somebody asked, when they knew, and what."""

    def __init__(self, began, ended, answer):
        self.began, self.ended, self.answer = began, ended, answer
        self.is_lost = isinstance(answer, Exception)


class Hands:
    def __init__(self, house, count):
        self.house, self.own = house, threading.local()
        self.pool = ThreadPoolExecutor(count)

    def send(self, call, front, barrier=None):
        known = self.own.__dict__.setdefault(front, [Connection(lambda: self.house.front[int(front)].port), 0.0])
        if time.monotonic() - known[1] > FRESH_S:
            known[0].close()
        if barrier:
            barrier.wait()
        began = time.time()
        try:
            answer = known[0].send(call)
        except (NotSent, NoAnswer) as error:
            answer = error
        known[1] = time.monotonic()
        return Told(began, time.time(), answer)

    def at_once(self, intentions):
        """All of them behind one barrier, over the instances in turn."""
        return self.ask(intentions, threading.Barrier(len(intentions)))

    def ask(self, intentions, barrier=None):
        fronts = len(self.house.front)
        asked = [self.pool.submit(self.send, intention.call, str(at % fronts), barrier) for at, intention in enumerate(intentions)]
        told = [future.result() for future in asked]
        for intention, heard in zip(intentions, told):
            self.settle(intention, heard)
        return told

    def settle(self, intention, told):
        if told.is_lost:
            return self.house.world.settle(intention, Intention.UNKNOWN, reason=str(told.answer))
        state = Intention.OK if told.answer.is_ok else Intention.UNKNOWN if told.answer.is_unknown else Intention.REFUSED
        self.house.world.settle(intention, state, told.answer)

    def manage(self, intentions):
        """The same for what has to succeed, or there is nothing to try."""
        told, deadline = self.ask(intentions), time.monotonic() + GIVEN_UP_AFTER_S
        for at, intention in enumerate(intentions):
            # A starved machine is too busy for a hundred at once.
            while intention.state == Intention.UNKNOWN and time.monotonic() < deadline:
                time.sleep(0.1)
                told[at] = self.ask([intention])[0]
        for intention, heard in zip(intentions, told):
            if intention.state != Intention.OK:
                raise SystemExit(f"torture: the scene cannot be set: {intention}: {getattr(heard.answer, 'body', heard.answer)!r:.500}")
        return [heard.answer.body for heard in told]

    def end(self):
        self.pool.shutdown()
