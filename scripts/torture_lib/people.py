"""Eight clerks and forty customers, each in a closed loop with a mind of their own."""

import json
import re
import threading
import time

from .history import Intention
from .person import Person
from .world import picture

CUSTOMERS = 40
CLERKS = ("warehouse", "warehouse", "truck", "cashier", "cashier", "operator", "operator", "importer")
ROLES = {"warehouse": "warehouse", "truck": "warehouse", "cashier": "cashier", "operator": "operator", "importer": "warehouse"}

NOBODY = (0.0, "nobody")
# Calls that are about many things at once, and take their time.
MANY = re.compile(r"/v1/(manifests|shipments/[^/]+/(load|depart|arrive|checkpoints))")


class Crowd:
    """The people as threads; they wait while something breaks, and go on with the next round."""

    def __init__(self, world, ports, seed, customers=CUSTOMERS, retries=False):
        self.world, self.ports = world, ports
        self.going, self.idle, self.over = threading.Event(), threading.Semaphore(0), False
        self.retries, self.failures, self.complaints = retries, [], []
        self.reads, self.forged, self.is_handing_over = 0, 0, True
        # Seconds, and who waited so long.
        self.slowest = self.slowest_of_one = NOBODY
        self.members = []
        for number, job in enumerate(CLERKS):
            self.members.append(Clerk(self, f"{job}-{number}", job, f"{ROLES[job]}{number}", seed))
        self.members += [Customer(self, f"customer-{number}", seed) for number in range(customers)]
        self.is_working = [False] * len(self.members)
        for member in self.members:
            member.start()

    def go(self):
        self.going.set()

    def waited(self, began, call):
        wait = (time.monotonic() - began, f"{call.method} {call.path}")
        self.slowest = max(self.slowest, wait)
        if not MANY.search(call.path):
            self.slowest_of_one = max(self.slowest_of_one, wait)

    def halt(self):
        """Nobody begins anything new; comes back when everybody has their answer or lost it."""
        self.going.clear()
        while any(member.is_busy for member in self.members):
            time.sleep(0.002)

    def end(self):
        self.over = True
        self.going.set()
        for member in self.members:
            member.join()


class Customer(Person):
    """Looks their order up again and again, and asks for something now and then."""

    def pause(self):
        time.sleep(self.chance.uniform(0.02, 0.15))

    def act(self):
        if self.chance.random() < 0.12 and self.world.size("awaiting") < 120:
            self.place()
        else:
            code = self.world.look("codes", self.chance)
            if code:
                self.read(f"/v1/track/{code}")

    def place(self):
        is_purchase = self.chance.random() < 0.25
        phone = f"0700{self.chance.randrange(1_000_000):06}"
        kind, pool = ("purchase", "requested") if is_purchase else ("forwarding", "awaiting")

        customer = {"name": "Айгуль Садыкова", "phone": phone, "language": "ru"}
        if self.world.has_mail:
            customer["email"] = f"a{phone}@example.kg"

        def body(mark):
            return {"kind": kind, "customer": customer,
                    "items": [{"description": mark, "quantity": 1}]}

        def on_ok(answer):
            code = json.loads(answer.body)["code"]
            self.world.put("codes", code)
            self.world.put(pool, code)

        self.do(self.world.intend("place", None, "POST", "/v1/orders", body, lambda mark: [("order", mark)], on_ok))


class Clerk(Person):
    def __init__(self, crowd, name, job, login, seed):
        super().__init__(crowd, name, seed)
        self.job, self.login = job, login

    def pause(self):
        time.sleep(self.chance.uniform(0.0, 0.01))

    def act(self):
        getattr(self, f"as_{self.job}")()

    def intend(self, kind, path, body, effects, on_ok=None, **more):
        return self.world.intend(kind, self.login, "POST", path, body, effects, on_ok, **more)

    # ---- the warehouse

    def as_warehouse(self):
        dice = self.chance.random()
        if dice < 0.25:
            self.scan()
        elif dice < 0.4 and self.world.size("photographable"):
            self.photograph()
        else:
            self.receive()

    def scan(self):
        self.do(self.intend("scan", "/v1/parcels/scan", lambda mark: {"scans": [{"id": mark, "tracking_number": f"{mark}S"}]},
                            lambda mark: [("intake_scan", mark), ("parcel", f"{mark}S")], audits=None))

    def receive(self):
        taken = self.world.take("awaiting", self.chance)
        if not taken:
            return self.rest(0.01)
        code, weight_g = taken[0], self.chance.randint(200, 9000)

        def on_ok(answer):
            parcel = json.loads(answer.body)
            self.world.put("received", (code, parcel["tracking_number"]))
            self.world.put("photographable", parcel["id"])

        body = lambda mark: {"tracking_number": mark, "order_code": code, "weight_g": weight_g}
        intention = self.intend("receive", "/v1/parcels/receive", body, lambda mark: [("parcel", mark)], on_ok)
        self.do(intention)

    def photograph(self):
        taken = self.world.take("photographable", self.chance)
        if not taken:
            return
        parcel = taken[0]
        self.do(self.intend("photo", f"/v1/parcels/{parcel}/photos", picture(parcel), [("photo", parcel)],
                            media_type="image/png"))

    def as_importer(self):
        rows = self.chance.randint(3, 12)
        numbers = lambda mark: [f"{mark}R{row}" for row in range(rows)]
        table = lambda mark: ("tracking_number;client_code;weight_kg\n" + "".join(f"{number};;1.5\n" for number in numbers(mark))).encode()
        made = []

        def on_ok(answer):
            made.append((json.loads(answer.body)["id"]))

        upload = self.intend("upload", "/v1/manifests?file_name={mark}.csv", table, lambda mark: [("manifest", f"{mark}.csv")],
                             on_ok, media_type="text/csv")
        mark = self.world.mark(upload.number)
        if not self.do(upload) or not made:
            return
        effects = [("parcel", number) for number in numbers(mark)] + [("audit", f"manifest.committed {made[0]}")]
        self.do(self.intend("import", f"/v1/manifests/{made[0]}/commit", {}, effects, audits=rows + 1))

    # ---- a truck

    def as_truck(self):
        if self.world.size("received") < 4:
            return self.rest(0.01)
        load = self.world.take("received", self.chance, most=25)
        opened = []
        body = lambda mark: {"route": "Torugart", "vehicle": mark, "to_branch": "BISH"}
        opening = self.intend("open", "/v1/shipments", body, lambda mark: [("shipment", mark)],
                              lambda answer: opened.append(json.loads(answer.body)["code"]))
        if not self.do(opening):
            return [self.world.put("received", parcel) for parcel in load]
        truck = f"/v1/shipments/{opened[0]}"
        scans = lambda mark: {"scans": [{"id": f"{mark}-{at}", "barcode": number} for at, (_, number) in enumerate(load)]}
        told = lambda mark: [("truck_scan", f"{mark}-{at}") for at in range(len(load))]
        if not self.do(self.intend("load", f"{truck}/load", scans, told)):
            return
        if not self.do(self.intend("depart", f"{truck}/depart", {}, [("audit", f"shipment.departed {opened[0]}")])):
            return

        def on_ok(_):
            for code, _ in load:
                self.world.put("arrived", code)
                self.world.put("correctable", code)

        effects = [("arrived", number) for _, number in load] + [("arrival", opened[0])]
        self.do(self.intend("arrive", f"{truck}/arrive", {}, effects, on_ok))

    # ---- the cash desk

    def as_cashier(self):
        if self.crowd.is_handing_over and self.chance.random() < 0.4 and self.world.size("paid"):
            return self.hand_over()
        self.pay()

    def pay(self):
        taken = self.world.take("arrived", self.chance)
        if not taken:
            return self.rest(0.01)
        code = taken[0]
        order = None
        try:
            order = self.read(f"/v1/orders/{code}", self.login)
        finally:
            if order is None:
                self.world.put("arrived", code)
        if order is None:
            return
        due = order["balance"]["amount"]
        if due <= 0:
            return self.world.put("paid", code)
        amount = due if self.chance.random() < 0.6 else max(100, due // 200 * 100)
        method = self.chance.choice(["cash", "bank_transfer", "e_wallet"])
        body = lambda mark: {"method": method, "amount": {"amount": amount, "currency": "KGS"}, "note": mark}
        back = lambda answer: self.world.put("arrived" if json.loads(answer.body)["balance"]["amount"] > 0 else "paid", code)
        intention = self.intend("pay", f"/v1/orders/{code}/payments", body, lambda mark: [("payment", mark)], back)
        self.do(intention)
        if intention.state in (Intention.REFUSED, Intention.UNSENT):
            self.world.put("arrived", code)

    def hand_over(self):
        taken = self.world.take("paid", self.chance)
        if not taken:
            return
        code = taken[0]
        effects = lambda mark: [("hand_over", mark), ("audit", f"order.handed_over {code}")]
        intention = self.intend("hand_over", f"/v1/orders/{code}/hand-over", lambda mark: {"received_by": mark}, effects)
        self.do(intention)
        if intention.state in (Intention.REFUSED, Intention.UNSENT):
            self.world.put("arrived", code)

    # ---- the order desk

    def as_operator(self):
        if self.chance.random() < 0.5:
            return self.correct()
        self.quote()

    def correct(self):
        code = self.world.look("correctable", self.chance)
        if not code:
            return self.rest(0.01)
        amount = self.chance.randint(1, 90) * 100
        body = lambda mark: {"account": "customs", "amount": {"amount": amount, "currency": "KGS"}, "reason": mark}
        self.do(self.intend("correct", f"/v1/orders/{code}/corrections", body, lambda mark: [("correction", mark)]))
        self.rest(0.02)

    def quote(self):
        taken = self.world.take("requested", self.chance)
        if not taken:
            return self.rest(0.01)
        code = taken[0]
        line = {"description": "Kettle", "quantity": 1, "unit_price": {"amount": self.chance.randint(1000, 90_000), "currency": "CNY"}}
        body = {"lines": [line], "estimated_weight_g": 1000}
        if self.do(self.intend("quote", f"/v1/orders/{code}/quote", body, [("audit", f"order.quoted {code}")])):
            self.do(self.intend("confirm", f"/v1/orders/{code}/confirm", {}, [("audit", f"order.confirmed {code}")]))
