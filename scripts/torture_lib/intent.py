"""One key for 2 to 50 requests: at the same instant, one after the other, over every connection, and across a crash."""

import heapq
import itertools
import json
import threading
import time

from .client import Connection, NoAnswer, NotSent
from .history import Call, Intention
from .kill import AIM_WITHIN_S, Kill, end

# Of one round. They begin within this many seconds, and so does the crash.
INTENTIONS, SPAN_S = 100, 1.5
SENDS = (2, 50)
SENDERS = 32
# How many orders the payments of a life are for, and how long people may take to place them.
ORDERS, PLACED_WITHIN_S = 25, 60
# A round that does not end by then is stuck.
GIVEN_UP_AFTER_S = 180
# How many intentions are tried with another amount, too, and how many once without a key.
FORGED, BARE = 0.2, 0.1
SAME, OTHER, NO_KEY = "same", "other", "no key"


class Wish:
    """An intention to pay, all requests of it, and all that was ever answered to them."""

    def __init__(self, intention, amount, mark):
        self.intention, self.mark, self.key = intention, mark, intention.call.key
        call, wanted = intention.call, json.loads(intention.call.body)
        changed = lambda what: json.dumps(wanted | what, ensure_ascii=False).encode()
        self.amounts = {SAME: amount, OTHER: amount + 100}
        self.calls = {
            SAME: call,
            OTHER: Call(call.method, call.path, changed({"amount": {"amount": amount + 100, "currency": "KGS"}}), call.token, call.key),
            NO_KEY: Call(call.method, call.path, changed({"note": f"{mark} without a key"}), call.token, None),
        }
        self.lock, self.late = threading.Lock(), []
        self.sends, self.kept, self.reused, self.firsts, self.wrong = 0, set(), set(), 0, []

    @property
    def is_settled(self):
        return bool(self.kept)

    @property
    def winner(self):
        return next(iter(self.kept))[0]


class Post:
    """So many senders, each with a connection to every instance; what is due first goes first."""

    def __init__(self, house, count=SENDERS):
        self.house, self.heap, self.order, self.lock = house, [], itertools.count(), threading.Condition()
        self.busy, self.is_over, self.seen = 0, False, {}
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def put(self, due, wish, kind, front):
        with self.lock:
            heapq.heappush(self.heap, (due, next(self.order), wish, kind, front))
            self.lock.notify()

    def take(self):
        with self.lock:
            while not self.is_over:
                wait = self.heap[0][0] - time.monotonic() if self.heap else 1
                if self.heap and wait <= 0:
                    self.busy += 1
                    return heapq.heappop(self.heap)[2:]
                self.lock.wait(min(wait, 0.05))
        return None

    def work(self):
        connections = [Connection(lambda port=service.port: port) for service in self.house.front]
        while task := self.take():
            wish, kind, front = task
            try:
                self.send(wish, kind, front, connections[front])
            except Exception as error:  # noqa: BLE001 - a sender who falls silent would be missed by nobody
                wish.wrong.append(f"{type(error).__name__}: {error}")
            with self.lock:
                self.busy -= 1
        for connection in connections:
            connection.close()

    def send(self, wish, kind, front, connection):
        try:
            answer = connection.send(wish.calls[kind])
        except NotSent:
            # Nobody listened, so this one is still to be sent.
            return self.put(time.monotonic() + 0.02, wish, kind, front)
        except NoAnswer as error:
            self.count(wish, kind, "none")
            return self.doubt(wish, str(error))
        self.count(wish, kind, answer.status)
        self.hear(wish, kind, front, answer)

    def count(self, wish, kind, status):
        with self.lock:
            wish.sends += 1
            self.seen[kind, status] = self.seen.get((kind, status), 0) + 1

    def doubt(self, wish, reason):
        with wish.lock:
            if wish.intention.state == Intention.OPEN:
                self.house.world.settle(wish.intention, Intention.UNKNOWN, reason=reason)

    def hear(self, wish, kind, front, answer):
        word = b"idempotency_key_missing" if kind == NO_KEY else b"idempotency_key_reused"
        if kind == NO_KEY:
            if answer.status < 500 and answer.status != 408 and (answer.status != 400 or word not in answer.body):
                wish.wrong.append(f"without a key {answer.status} {answer.body[:200]!r}")
        elif answer.is_ok:
            self.keep(wish, kind, answer)
        elif answer.status == 409 and b"request_in_flight" in answer.body:
            if not answer.headers.get("retry-after"):
                wish.wrong.append("in flight, and no Retry-After")
            # Sooner than it says: whoever is polite would hide what this looks for.
            self.put(time.monotonic() + 0.4, wish, kind, front)
        elif answer.status == 408:
            # On a starved machine a connection may wait too long for its first line: that request was never read.
            self.put(time.monotonic() + 0.02, wish, kind, front)
        elif answer.status >= 500:
            self.doubt(wish, f"{answer.status} {answer.body[:200]!r}")
        elif answer.status == 422 and word in answer.body:
            wish.reused.add(kind)
        else:
            wish.wrong.append(f"{kind}: {answer.status} {answer.body[:200]!r}")

    def keep(self, wish, kind, answer):
        """A request was fulfilled. The one that is no repeat has its line in the trail; its answer may have been lost."""
        with wish.lock:
            wish.kept.add((kind, answer.status, answer.body))
            is_first = "idempotent-replayed" not in answer.headers
            wish.firsts += is_first
            wish.intention.replays += not is_first
            if wish.intention.state in (Intention.OPEN, Intention.UNKNOWN):
                self.house.world.settle(wish.intention, Intention.OK, answer)
                wish.intention.request_id = None
            if is_first:
                wish.intention.request_id = answer.headers.get("x-request-id")
            late, wish.late = wish.late, []
        for after_s, forged, front in late:
            self.put(time.monotonic() + after_s, wish, forged, front)

    def is_idle(self):
        with self.lock:
            return not self.heap and not self.busy

    def end(self):
        with self.lock:
            self.is_over = True
            self.lock.notify_all()
        for thread in self.threads:
            thread.join()


class Intent(Kill):
    """A round is one crash in the middle of its requests, and one when all of them are answered."""

    def __init__(self, run, chance):
        super().__init__(run, chance)
        self.house, self.orders, self.settled = None, [], []

    def strike(self, house):
        if house is not self.house:
            self.house, self.orders, self.settled = house, [], []
        self.gather(house)
        post = Post(house)
        wishes = [self.wish(house) for _ in range(INTENTIONS)]
        began = time.monotonic()
        for wish in wishes:
            self.plan(post, wish, began + self.chance.uniform(0, SPAN_S))
        self.crash(house, began)
        self.wait(house, post, wishes)
        post.end()
        house.crowd.halt()
        self.weigh(post, wishes)
        self.judge(house)
        end(house, self.chance, "at rest")
        house.bury()

    def gather(self, house):
        """Orders that were placed and that nobody else works on. Others work as well, where something else is to be hit."""
        deadline = time.monotonic() + PLACED_WITHIN_S
        while len(self.orders) < ORDERS:
            house.crowd.go()
            time.sleep(0.02)
            self.orders += house.world.take("awaiting", self.chance, most=ORDERS - len(self.orders))
            if not all(service.is_alive() for service in house.services):
                house.crowd.halt()
                house.bury()
                house.revive()
            if time.monotonic() > deadline:
                raise SystemExit("torture: nobody places an order")
        if self.run.aimed_at == "mid_import" or self.run.aimed_at is None and self.chance.random() < 0.4:
            house.crowd.go()
        else:
            house.crowd.halt()

    def wish(self, house):
        amount, code = self.chance.randint(1, 900) * 100, self.chance.choice(self.orders)
        body = lambda mark: {"method": self.chance.choice(["cash", "bank_transfer", "e_wallet"]),
                             "amount": {"amount": amount, "currency": "KGS"}, "note": mark}
        intention = house.world.intend("intent", self.chance.choice(["cashier3", "cashier4"]), "POST", f"/v1/orders/{code}/payments",
                                       body, lambda mark: [("payment", mark)], None)
        return Wish(intention, amount, house.world.mark(intention.number))

    def plan(self, post, wish, at):
        """How often, how far apart, over which instances; few requests are more common than many."""
        least, most = SENDS
        count = round(least * (most / least) ** (self.chance.random() ** 3))
        spread_s = self.chance.choice([0, 0, 0.02, 0.3, 2 * SPAN_S])
        front = lambda: self.chance.randrange(len(post.house.front))
        kinds = [SAME] * count
        if self.chance.random() < FORGED:
            others = [OTHER] * self.chance.randint(1, 3)
            if self.chance.random() < 0.5:
                # With the others: whichever of the two comes first is the intention.
                kinds += others
            else:
                wish.late = [(self.chance.uniform(0, SPAN_S), kind, front()) for kind in others]
        if self.chance.random() < BARE:
            kinds.append(NO_KEY)
        for kind in kinds:
            post.put(at + self.chance.uniform(0, spread_s), wish, kind, front())

    def crash(self, house, began):
        aimed = self.run.aimed_at
        until = began + (AIM_WITHIN_S if aimed else self.chance.uniform(0.05, SPAN_S))
        while all(service.is_alive() for service in house.services) and time.monotonic() < until:
            time.sleep(0.005)
        end(house, self.chance, aimed)
        house.crowd.halt()
        house.bury()
        self.run.ready_s.append(house.revive())

    def wait(self, house, post, wishes):
        """Until every request has its answer, and every intention one that obliges."""
        deadline = time.monotonic() + GIVEN_UP_AFTER_S
        while True:
            while not post.is_idle():
                time.sleep(0.01)
                if time.monotonic() > deadline:
                    raise SystemExit(f"torture: {len(post.heap)} requests wait for an answer after {GIVEN_UP_AFTER_S} s")
            open_still = [wish for wish in wishes if not wish.is_settled and not wish.wrong]
            if not open_still:
                return
            for wish in open_still:
                kind = OTHER if SAME in wish.reused else SAME
                post.put(time.monotonic(), wish, kind, self.chance.randrange(len(house.front)))

    def weigh(self, post, wishes):
        """What may be answered to one key: one answer, byte by byte, to one of its bodies; the other is refused."""
        told = self.run.verdict.wrong
        for wish in wishes:
            told += [f"{wish.intention}: {line}" for line in wish.wrong]
            if len(wish.kept) > 1:
                told.append(f"one key, {len(wish.kept)} answers: {wish.intention}: {sorted(wish.kept)!r:.600}")
            if wish.firsts > 1:
                self.run.verdict.doubled.append(f"{wish.firsts} of its requests were answered as if they were the first: {wish.intention}")
            if wish.reused & {kind for kind, _, _ in wish.kept}:
                told.append(f"a body was taken and refused: {wish.intention}")
        self.run.sends += sum(wish.sends for wish in wishes)
        self.run.intentions += len(wishes)
        self.run.seen.update(post.seen)
        self.settled += [(wish.mark, wish.key, wish.amounts[wish.winner], repr(wish.intention)) for wish in wishes if wish.is_settled]

    def judge(self, house):
        """One journal for each key, of the sum that was acknowledged."""
        payments, keys = house.store.ask([PAID, KEYS])
        journals, sums, known = {}, {}, {}
        for note, amount, journal in payments:
            journals.setdefault(note, set()).add(journal)
            sums[note] = sums.get(note, 0) + amount
        for (key,) in keys:
            known[key] = known.get(key, 0) + 1
        for mark, key, amount, told in self.settled:
            found = len(journals.get(mark, ()))
            if found != 1:
                (self.run.verdict.doubled if found else self.run.verdict.lost).append(f"{found} journals for one key: {told}")
            elif sums[mark] != amount or known.get(key) != 1:
                self.run.verdict.wrong.append(f"{sums[mark]} paid instead of {amount}, {known.get(key)} keys: {told}")
        paid, meant = sum(sums.get(mark, 0) for mark, *_ in self.settled), sum(amount for _, _, amount, _ in self.settled)
        if paid != meant:
            self.run.verdict.wrong.append(f"paid {paid}, acknowledged {meant} tyiyn")


# What the ledger says that was paid, not what the payment says of itself.
PAID = ("SELECT p.note, x.amount_tyiyn, j.id FROM payments p JOIN journals j ON j.id = p.journal_id "
        "JOIN postings x ON x.journal_id = j.id AND x.account = p.account WHERE p.note IS NOT NULL")
KEYS = "SELECT key FROM idempotency_keys"
