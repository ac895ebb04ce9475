"""2 to 32 people want at the same instant what only one of them can have; the others are told so, and when it went."""

import json
from collections import Counter

from . import once
from .fault import Fault
from .hands import Hands
from .once import LOST, UNKNOWN, WON, Try
from .stage import Stage

AT_ONCE = (2, 32)
# Of one round: orders, parcels of each, and how often the rest is tried.
ORDERS, PARCELS, OTHERS = 20, 5, 10
# How often two parcels of one order are wanted at once.
SIBLINGS = 0.2
KINDS = ("parcel", "cell", "shift", "refund")


class Contest:
    """One thing, and all who wanted it; `read` tells of an answer whether it took the thing and which moment it names."""

    def __init__(self, kind, name, read):
        self.kind, self.name, self.read = kind, name, read
        self.rivals, self.tries, self.bodies = [], [], []

    def hear(self, rival, told):
        self.rivals.append(rival)
        outcome, moment = (UNKNOWN, None) if told.is_lost or told.answer.status >= 500 else self.read(told.answer)
        self.tries.append(Try(told, outcome, moment))
        if outcome == UNKNOWN:
            self.bodies.append(str(told.answer) if told.is_lost else f"{told.answer.status} {told.answer.body[:200]!r}")


class Race(Fault):
    def strike(self, house):
        hands = Hands(house, AT_ONCE[1])
        self.stage = Stage(house, hands, self.chance)
        orders = self.stage.orders(ORDERS, PARCELS)
        contests = [self.cell(house, hands, [number for _, numbers in orders for number in numbers]) for _ in range(OTHERS)]
        contests += [self.shift(hands) for _ in range(OTHERS)]
        contests += [self.refund(hands, self.chance.choice(orders)[0]) for _ in range(OTHERS)]
        for code, numbers in orders:
            while numbers:
                count = 2 if len(numbers) > 1 and self.chance.random() < SIBLINGS else 1
                contests += self.parcels(hands, code, [numbers.pop() for _ in range(count)])
        hands.end()
        for contest in contests:
            self.judge(contest)
        self.look(house.store, contests)

    def rivals(self, least=2):
        return range(self.chance.randint(max(least, AT_ONCE[0]), AT_ONCE[1]))

    # ---- what is wanted

    def parcels(self, hands, code, numbers):
        """One parcel of an order, or two at once: who wants which is chance, but somebody wants each."""
        contests = {number: Contest("parcel", number, lambda answer, number=number: handed_over(answer, number)) for number in numbers}
        wanted = [numbers[at] if at < len(numbers) else self.chance.choice(numbers) for at in self.rivals()]
        rivals = [self.stage.intend("race", self.chance.choice(["cashier3", "cashier4"]), f"/v1/orders/{code}/hand-over",
                                    lambda mark, number=number: {"received_by": mark, "parcels": [number]},
                                    lambda mark: [("hand_over", mark)]) for number in wanted]
        for number, rival, told in zip(wanted, rivals, hands.at_once(rivals)):
            contests[number].hear(rival, told)
        return list(contests.values())

    def cell(self, house, hands, numbers):
        """The only place of a cell, for a parcel of everybody's own."""
        mark = house.world.intend("set_up", "admin", "PUT", "/v1/cells", lambda mark: {"branch": "BISH", "addresses": [mark], "capacity": 1}, [], None)
        hands.manage([mark])
        address = house.world.mark(mark.number)
        chosen = self.chance.sample(numbers, len(self.rivals()))
        return self.compete(Contest("cell", address, laid_down), hands, [
            self.stage.intend("race", "cashier3", f"/v1/cells/{address}/parcels", {"branch": "BISH", "barcodes": [number]}, [])
            for number in chosen])

    def shift(self, hands):
        """A drawer is closed by its cashier and by an admin."""
        cashier, opening = self.chance.choice(["cashier3", "cashier4"]), self.chance.randint(0, 500) * 1000
        money = lambda amount: {"amount": amount, "currency": "KGS"}
        opened = self.stage.intend("open_shift", cashier, "/v1/cash-shifts", {"opening": money(opening), "branch": "BISH"}, [], audits=None)
        shift = json.loads(hands.manage([opened])[0])["id"]
        return self.compete(Contest("shift", shift, closed), hands, [
            self.stage.intend("race", self.chance.choice([cashier, "admin"]), f"/v1/cash-shifts/{shift}/close",
                              {"counted": money(self.chance.randint(0, 500) * 1000), "explanation": "counted"}, [])
            for _ in self.rivals()])

    def refund(self, hands, code):
        """All of one payment back."""
        payment = json.loads(hands.manage([self.stage.pay(code, 10_000)])[0])["id"]
        body = {"payment_id": payment, "amount": {"amount": 10_000, "currency": "KGS"}, "reason": "paid twice"}
        return self.compete(Contest("refund", payment, refunded), hands, [
            self.stage.intend("race", self.chance.choice(["cashier3", "cashier4"]), f"/v1/orders/{code}/refunds", body, [])
            for _ in self.rivals()])

    def compete(self, contest, hands, rivals):
        for rival, told in zip(rivals, hands.at_once(rivals)):
            contest.hear(rival, told)
        return contest

    # ---- what was told, and what is stored

    def judge(self, contest):
        run, name = self.run, f"{contest.kind} {contest.name}"
        run.raced[contest.kind] += 1
        run.rivals += len(contest.tries)
        run.contended += once.is_contended(contest.tries)
        run.verdict.wrong += [f"{name}: somebody was answered {body}" for body in contest.bodies]
        if once.doubled(contest.tries):
            count = sum(one.outcome == WON for one in contest.tries)
            run.verdict.doubled.append(f"{name} went to {count} of {len(contest.tries)}")
        run.verdict.wrong += [f"{name}: {line}" for line in once.contradictions(contest.tries)]

    def look(self, store, contests):
        """Each thing is gone once, with one line in the trail, and the one who was told so has it."""
        stored = Stored(store)
        for contest in contests:
            counts = {"rows": stored.rows[contest.kind, contest.name], "lines in the trail": stored.trail[contest.kind, contest.name]}
            if contest.kind == "parcel":
                marks = [json.loads(rival.call.body)["received_by"] for rival in contest.rivals]
                counts["lines in the trail"] = sum(stored.takers[mark] for mark in marks)
                counts["lines in the timeline"] = sum(stored.told[mark] for mark in marks)
                counts["lines of the winner"] = sum(stored.takers[mark] for mark, one in zip(marks, contest.tries) if one.outcome == WON)
            found = [f"{count} {what}" for what, count in counts.items() if count != 1]
            if found:
                wrong = self.run.verdict.doubled if any(count > 1 for count in counts.values()) else self.run.verdict.wrong
                wrong.append(f"{contest.kind} {contest.name}: {', '.join(found)}, each must be 1")


class Stored:
    """What the tables and the trail know of everything that can be had once."""

    def __init__(self, store):
        gone, cells, shifts, refunds, events, audit = store.ask([
            "SELECT tracking_number FROM parcels WHERE status = 'picked_up' AND picked_up_at IS NOT NULL",
            # Whoever moves on to another cell leaves an empty one behind; it was full once, which the trail tells.
            "SELECT address FROM cells",
            "SELECT id FROM cash_shifts WHERE closed_at IS NOT NULL",
            "SELECT p.id FROM payments p JOIN journals j ON j.reverses = p.journal_id WHERE j.kind = 'refund'",
            "SELECT data FROM events WHERE kind = 'parcel_handed_over'",
            "SELECT action, object, detail FROM audit WHERE action IN ('order.handed_over', 'cell.filled', 'shift.closed', 'payment.refunded')"])
        self.rows, self.trail, self.takers = Counter(), Counter(), Counter()
        for kind, rows in (("parcel", gone), ("cell", cells), ("shift", shifts), ("refund", refunds)):
            self.rows.update((kind, row[0]) for row in rows)
        self.told = Counter(json.loads(data).get("received_by") for (data,) in events)
        for action, named, detail in audit:
            self.note(action, named, json.loads(detail))

    def note(self, action, named, detail):
        if action == "order.handed_over":
            self.takers[detail.get("received_by")] += 1
        elif action == "shift.closed":
            self.trail["shift", named] += 1
        elif action == "payment.refunded":
            self.trail["refund", detail["payment"]] += 1
        else:
            self.trail["cell", named.split()[-1]] += sum(scan["outcome"] in ("placed", "moved") for scan in detail)


def handed_over(answer, number):
    body = json.loads(answer.body)
    if answer.status == 200:
        return WON, next(parcel["picked_up_at"] for parcel in body["parcels"] if parcel["tracking_number"] == number)
    is_gone = answer.status == 409 and body["code"] == "already_picked_up" and body["picked_up_at"]
    return (LOST, body["picked_up_at"]) if is_gone else (UNKNOWN, None)


def closed(answer):
    body = json.loads(answer.body)
    if answer.status == 200:
        return WON, body["closed_at"]
    return (LOST, body["closed_at"]) if answer.status == 409 and body["code"] == "shift_closed" else (UNKNOWN, None)


def laid_down(answer):
    counts = json.loads(answer.body).get("counts")
    return ((WON, None) if counts in ({"placed": 1}, {"moved": 1}) else (LOST, None) if counts == {"full": 1} else (UNKNOWN, None))


def refunded(answer):
    body = json.loads(answer.body)
    if answer.status == 201:
        return WON, None
    is_spent = answer.status == 409 and body["code"] == "refund_too_large" and body["refundable"]["amount"] == 0
    return (LOST, None) if is_spent else (UNKNOWN, None)
