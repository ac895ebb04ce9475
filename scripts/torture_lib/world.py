"""The firm: who wants what of which order, as far as the answers told. Every intention is made here."""

import random
import struct
import threading
import time
import zlib

from .history import Call, Intention


class World:
    """Who works on something takes it out of its pool, so that no two clerks spoil each other's work by accident."""

    POOLS = ("awaiting", "received", "arrived", "paid", "requested", "photographable", "codes", "correctable")

    def __init__(self, history, tokens, seed, life):
        self.history, self.tokens, self.life = history, tokens, life
        self.lock, self.number, self.acknowledged = threading.Lock(), 0, 0
        self.chance = random.Random(f"{seed}/{life}")
        self.pools = {name: [] for name in self.POOLS}
        self.intentions, self.answers, self.has_mail = [], {}, False
        # No two campaigns make the same numbers, lest one database hold both.
        self.stamp = f"{seed % 1000:03}{life % 1000:03}"

    # ---- pools

    def put(self, pool, thing):
        with self.lock:
            self.pools[pool].append(thing)

    def take(self, pool, chance, most=1):
        """Some things at random, or nothing."""
        with self.lock:
            held = self.pools[pool]
            taken = []
            while held and len(taken) < most:
                at = chance.randrange(len(held))
                held[at], held[-1] = held[-1], held[at]
                taken.append(held.pop())
            return taken

    def look(self, pool, chance):
        with self.lock:
            held = self.pools[pool]
            return held[chance.randrange(len(held))] if held else None

    def size(self, pool):
        return len(self.pools[pool])

    # ---- intentions

    def intend(self, kind, who, method, path, body, effects, on_ok, audits=1, media_type="application/json", named=None):
        """`effects` and `body` may be functions of the mark that makes this intention known in the database."""
        with self.lock:
            self.number += 1
            number = self.number
        mark = self.mark(number)
        body = body(mark) if callable(body) else body
        effects = effects(mark) if callable(effects) else effects
        token = self.tokens.get(who)
        call = Call(method, path.replace("{mark}", mark), body, token, f"key-{mark}", media_type)
        intention = Intention(number, kind, call, effects, on_ok, audits)
        self.history.write("intent", life=self.life, id=number, op=kind, key=call.key, effects=effects,
                           t=time.time(), body=zlib.crc32(call.body or b""))
        with self.lock:
            self.intentions.append(intention)
        return intention

    def mark(self, number):
        return f"YT{self.stamp}{number:08}"

    def settle(self, intention, state, answer=None, reason=None):
        """Writes an outcome down, and lets the firm go on from there."""
        first = intention.state in (Intention.OPEN, Intention.UNKNOWN)
        intention.state = state
        intention.was_unknown |= state == Intention.UNKNOWN
        if answer is not None:
            intention.status = answer.status
            with self.lock:
                counted = (intention.kind, answer.status)
                self.answers[counted] = self.answers.get(counted, 0) + 1
        if state == Intention.OK:
            intention.body = answer.body
            self.acknowledged += 1
            if not intention.was_unknown:
                intention.request_id = answer.headers.get("x-request-id")
        self.history.write("outcome", life=self.life, id=intention.number, t=time.time(), outcome=state, reason=reason,
                           status=answer and answer.status, body=answer and zlib.crc32(answer.body))
        if first and state == Intention.OK and intention.on_ok:
            intention.on_ok(answer)


def picture(number):
    """A small PNG that no other number has."""
    side = 24
    chance = random.Random(number)
    rows = b"".join(b"\0" + chance.randbytes(side * 3) for _ in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
