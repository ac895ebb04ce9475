"""What must be true whatever broke: set arithmetic over what was intended, what was acknowledged, and what is stored."""

import json
import re
from collections import Counter, defaultdict

from .history import Intention

# Every effect has a space, in which a value is to be found once. The question gives the values.
SPACES = {
    "order": "SELECT description FROM order_items",
    "parcel": "SELECT tracking_number FROM parcels WHERE tracking_number IS NOT NULL AND (weight_g IS NOT NULL OR seen_at IS NOT NULL)",
    "intake_scan": "SELECT scan_id FROM intake_scans",
    "photo": "SELECT parcel_id FROM photos",
    "manifest": "SELECT file_name FROM manifests",
    "shipment": "SELECT vehicle FROM shipments",
    "truck_scan": "SELECT scan_id FROM scans",
    "arrived": "SELECT tracking_number FROM parcels WHERE arrived_at IS NOT NULL",
    "arrival": "SELECT code FROM shipments WHERE arrived_at IS NOT NULL",
    "payment": "SELECT note FROM payments",
}
# What nobody intended must not be there: in these spaces every value belongs to an intention.
CLOSED = ("order", "parcel", "intake_scan", "manifest", "shipment", "truck_scan", "payment", "hand_over", "correction")
LEDGER = {
    "journals that do not sum to zero": "SELECT journal_id FROM postings GROUP BY journal_id HAVING SUM(amount_tyiyn) <> 0",
    "postings of no journal": "SELECT p.journal_id FROM postings p LEFT JOIN journals j ON j.id = p.journal_id WHERE j.id IS NULL",
    "journals without a seal": "SELECT j.id FROM journals j LEFT JOIN journal_seals s ON s.journal_id = j.id WHERE s.journal_id IS NULL",
    "payments of no journal": "SELECT p.id FROM payments p LEFT JOIN journals j ON j.id = p.journal_id WHERE j.id IS NULL",
    "balances that are not the ledger's":
        "SELECT o.code FROM orders o LEFT JOIN postings p ON p.account = 'receivable:' || o.code "
        "GROUP BY o.code, o.balance_tyiyn HAVING o.balance_tyiyn <> COALESCE(SUM(p.amount_tyiyn), 0)",
    "customers with less than no credit":
        "SELECT account FROM postings WHERE account LIKE 'credit:%' GROUP BY account HAVING SUM(amount_tyiyn) > 0",
    "credit that is not the ledger's":
        "SELECT c.client_code FROM customers c LEFT JOIN postings p ON p.account = 'credit:' || c.client_code "
        "GROUP BY c.client_code, c.credit_tyiyn HAVING c.credit_tyiyn <> -COALESCE(SUM(p.amount_tyiyn), 0)",
    "counted drawers that hold less than nothing":
        "SELECT s.account FROM cash_shifts s JOIN postings p ON p.account = s.account "
        "WHERE s.opening_tyiyn IS NOT NULL AND s.closed_at IS NULL GROUP BY s.account HAVING SUM(p.amount_tyiyn) < 0",
    "closed drawers that hold something":
        "SELECT s.account FROM cash_shifts s JOIN postings p ON p.account = s.account "
        "WHERE s.closed_at IS NOT NULL GROUP BY s.account HAVING SUM(p.amount_tyiyn) <> 0",
    "payments of which more went back than came in": "SELECT id FROM payments WHERE refunded_tyiyn + kept_tyiyn > amount_tyiyn",
}
BOOKS = LEDGER | {
    "items of no order": "SELECT i.order_id FROM order_items i LEFT JOIN orders o ON o.id = i.order_id WHERE o.id IS NULL",
    "parcels of no order": "SELECT p.id FROM parcels p LEFT JOIN orders o ON o.id = p.order_id WHERE p.order_id IS NOT NULL AND o.id IS NULL",
    "orders without a first event": "SELECT o.id FROM orders o LEFT JOIN events e ON e.order_id = o.id WHERE e.id IS NULL",
    "orders that are ready and nobody was told":
        "SELECT o.code FROM orders o WHERE o.status IN ('ready_for_pickup', 'picked_up') AND NOT EXISTS (SELECT 1 FROM notifications n "
        "WHERE n.event = 'order-arrived' AND n.channel = 'sms' AND n.body LIKE '%' || o.code || '%')",
    "orders handed over with a parcel left":
        "SELECT o.code FROM orders o JOIN parcels p ON p.order_id = o.id WHERE o.status = 'picked_up' AND p.status = 'arrived'",
}
# Each of these rows has its line in the trail, and each line its row.
TRAIL = {"payment.recorded": "payments", "order.placed": "orders", "photo.added": "photos", "shipment.opened": "shipments",
         "manifest.uploaded": "manifests"}


class Verdict:
    def __init__(self):
        self.lost, self.doubled, self.wrong, self.told = [], [], [], set()

    def fold(self):
        """What is found after every round is one finding."""
        self.lost, self.doubled, self.wrong = (list(dict.fromkeys(found)) for found in (self.lost, self.doubled, self.wrong))

    def news(self):
        """What was found since this was asked last, a few lines of it."""
        all_of_it = [(word, line) for word in ("lost", "doubled", "wrong") for line in getattr(self, word)]
        fresh = [found for found in dict.fromkeys(all_of_it) if found not in self.told]
        self.told.update(fresh)
        return [f"{word}: {line}" for word, line in fresh[:8]]

    def is_clean(self):
        return not (self.lost or self.doubled or self.wrong)


class Stored:
    """One snapshot of everything that is looked at."""

    def __init__(self, store):
        questions = list(SPACES.values()) + list(BOOKS.values())
        questions += ["SELECT action, object, request_id, detail FROM audit", "SELECT SUM(amount_tyiyn), 0 FROM postings",
                      # In the sequence of steps, not of moments: a moment is that at which a change began to wait, and clocks jump.
                      "SELECT order_id, status FROM (SELECT order_id, status, order_version, id FROM events) AS e "
                      "ORDER BY order_id, order_version, id",
                      "SELECT id, status FROM orders"]
        questions += [f"SELECT COUNT(*), 0 FROM {table}" for table in TRAIL.values()]
        told = store.ask(questions)
        self.spaces = {space: Counter(row[0] for row in told.pop(0)) for space in SPACES}
        self.books = {name: told.pop(0) for name in BOOKS}
        self.audit = told.pop(0)
        self.total = told.pop(0)[0][0] or 0
        self.events, self.statuses = told.pop(0), dict(told.pop(0))
        self.counts = {action: told.pop(0)[0][0] for action in TRAIL}
        self.spaces |= {"audit": Counter(), "hand_over": Counter(), "correction": Counter()}
        self.requests = Counter()
        for action, named, request, detail in self.audit:
            self.spaces["audit"][f"{action} {named}"] += 1
            self.requests[request] += 1
            if action == "order.handed_over":
                self.spaces["hand_over"][json.loads(detail).get("received_by")] += 1
            elif "correct" in action:
                self.spaces["correction"][json.loads(detail).get("reason")] += 1


def check(store, intentions, legal, verdict):
    """All of it, against all that was ever intended in this database."""
    stored = Stored(store)
    acknowledged(stored, intentions, verdict)
    phantoms(stored, intentions, verdict)
    books(stored, verdict)
    trail(stored, intentions, verdict)
    paths(stored, legal, verdict)
    verdict.wrong += store.damage()
    verdict.fold()
    return stored


def acknowledged(stored, intentions, verdict):
    for intention in intentions:
        counts = [stored.spaces[space][value] for space, value in intention.effects]
        if any(count > 1 for count in counts):
            verdict.doubled.append(f"{intention}: {intention.effects} found {counts} times")
        elif intention.state == Intention.OK and not all(counts):
            verdict.lost.append(f"{intention}: {intention.effects} found {counts} times")
        elif intention.state == Intention.REFUSED and any(count for (_, value), count in zip(intention.effects, counts) if own(intention, value)):
            verdict.wrong.append(f"refused, and done all the same: {intention}: {intention.effects} found {counts} times")


def own(intention, value):
    """Whether an effect can only come from this very intention: it bears its mark."""
    return intention.call.key.removeprefix("key-") in value


def phantoms(stored, intentions, verdict):
    intended = defaultdict(set)
    for intention in intentions:
        for space, value in intention.effects:
            intended[space].add(value)
    for space in CLOSED:
        strangers = [value for value in stored.spaces[space] if value not in intended[space]]
        verdict.wrong += [f"stored and never intended: {space} {value}" for value in strangers]


def books(stored, verdict):
    if stored.total != 0:
        verdict.wrong.append(f"the ledger sums to {stored.total}")
    for name, rows in stored.books.items():
        verdict.wrong += [f"{name}: {row[0]}" for row in rows]


def trail(stored, intentions, verdict):
    for intention in intentions:
        # What became known by a repeat has the identifier of a request that nobody heard of.
        if intention.request_id is None or intention.audits is None or intention.state != Intention.OK:
            continue
        found = stored.requests[intention.request_id]
        if found != intention.audits:
            verdict.wrong.append(f"{found} lines in the trail instead of {intention.audits}: {intention}")
    for action, table in TRAIL.items():
        lines = sum(count for named, count in stored.spaces["audit"].items() if named.startswith(f"{action} "))
        if lines != stored.counts[action]:
            verdict.wrong.append(f"{lines} lines {action}, {stored.counts[action]} {table}")


def paths(stored, legal, verdict):
    before = {}
    for order, status in stored.events:
        last = before.get(order)
        if last is not None and status != last and (last, status) not in legal:
            verdict.wrong.append(f"order {order} went from {last} to {status}")
        before[order] = status
    verdict.wrong += [f"order {order} is {status}, its timeline ends with {before.get(order)}"
                      for order, status in stored.statuses.items() if before.get(order) != status]


def legal_moves(root):
    """The moves of the matrix that the tests of `orders::rules` keep."""
    text = (root / "src/orders/snapshots/torugart__orders__rules__tests__the_whole_matrix.snap").read_text()
    return set(re.findall(r"^(\w+) \+ .*? -> (\w+)$", text, re.M))


OUTBOX = "SELECT message_id, recipient, body, state FROM notifications WHERE channel = 'sms'"


def outbox(store, heard, refused, verdict):
    """Every message that is due was heard, each identifier with one phone and one text, and nothing else was."""
    told = store.ask([OUTBOX])[0]
    known = {message: (phone, text, state) for message, phone, text, state in told}
    by_id = defaultdict(set)
    for (message, phone, text), _ in heard:
        by_id[message].add((phone, text))
    verdict.wrong += [f"sent and never decided: {message}" for message in by_id if message not in known]
    verdict.wrong += [f"one identifier, two messages: {message}" for message, forms in by_id.items() if len(forms) > 1]
    for message, (phone, _, state) in known.items():
        if message in refused and message not in by_id:
            if state != "failed":
                verdict.wrong.append(f"message {message} was refused with {refused[message]} and is {state}")
        elif message not in by_id:
            verdict.lost.append(f"message {message} is {state} and no gateway heard it")
        elif {form[0] for form in by_id[message]} != {phone.lstrip("+")}:
            verdict.wrong.append(f"message {message} went to another phone")
        elif state != "sent":
            verdict.wrong.append(f"message {message} was heard and is still {state}")
    duplicates = len(heard) - len(by_id)
    return len(known), duplicates


def open_messages(store):
    """How many are to be sent yet; what failed is held against what the gateway refused."""
    return store.ask(["SELECT COUNT(*), 0 FROM notifications WHERE channel IN ('sms', 'email') AND state NOT IN ('sent', 'failed')"])[0][0][0]


def letters(store, heard, verdict):
    """Every letter was heard by the mail server; gives how many were decided."""
    told = store.ask(["SELECT message_id, state FROM notifications WHERE channel = 'email'"])[0]
    named = {word for letter in heard for word in re.findall(r"\b[0-9A-Z]{12}\b", letter)}
    for message, state in told:
        if message not in named:
            verdict.lost.append(f"letter {message} is {state} and no mail server heard it")
        elif state != "sent":
            verdict.wrong.append(f"letter {message} was heard and is still {state}")
    return len(told)
