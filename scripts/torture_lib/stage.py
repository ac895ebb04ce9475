"""Orders whose parcels lie at the pickup point and are paid, made by the calls that everybody uses."""

import json


class Stage:
    def __init__(self, house, hands, chance):
        self.house, self.hands, self.chance = house, hands, chance

    def intend(self, kind, who, path, body, effects, **more):
        return self.house.world.intend(kind, who, "POST", path, body, effects, None, **more)

    def orders(self, count, parcels):
        """So many orders as pairs: a code, and the numbers of its parcels."""
        codes = [json.loads(body)["code"] for body in self.hands.manage([self.place() for _ in range(count)])]
        boxes = [self.receive(code) for _ in range(parcels) for code in codes]
        numbers = [json.loads(body)["tracking_number"] for body in self.hands.manage(boxes)]
        self.carry(numbers)
        self.settle(codes)
        return [(code, numbers[at::count]) for at, code in enumerate(codes)]

    def place(self):
        phone = f"0700{self.chance.randrange(1_000_000):06}"
        body = lambda mark: {"kind": "forwarding", "customer": {"name": "Айгуль Садыкова", "phone": phone, "language": "ru"},
                             "items": [{"description": mark, "quantity": 1}]}
        return self.intend("place", None, "/v1/orders", body, lambda mark: [("order", mark)])

    def receive(self, code):
        body = lambda mark: {"tracking_number": mark, "order_code": code, "weight_g": self.chance.randint(200, 9000)}
        return self.intend("receive", "warehouse0", "/v1/parcels/receive", body, lambda mark: [("parcel", mark)], audits=None)

    def carry(self, numbers):
        body = lambda mark: {"route": "Torugart", "vehicle": mark, "to_branch": "BISH"}
        opening = self.intend("open", "warehouse0", "/v1/shipments", body, lambda mark: [("shipment", mark)])
        code = json.loads(self.hands.manage([opening])[0])["code"]
        truck = f"/v1/shipments/{code}"
        scans = lambda mark: {"scans": [{"id": f"{mark}-{at}", "barcode": number} for at, number in enumerate(numbers)]}
        told = lambda mark: [("truck_scan", f"{mark}-{at}") for at in range(len(numbers))]
        arrived = [("arrived", number) for number in numbers] + [("arrival", code)]
        self.hands.manage([self.intend("load", "warehouse0", f"{truck}/load", scans, told)])
        self.hands.manage([self.intend("depart", "warehouse0", f"{truck}/depart", {}, [("audit", f"shipment.departed {code}")])])
        self.hands.manage([self.intend("arrive", "warehouse0", f"{truck}/arrive", {}, arrived, audits=None)])

    def settle(self, codes):
        """Pays what is owed for each."""
        owed = dict(self.house.store.ask(["SELECT code, balance_tyiyn FROM orders"])[0])
        self.hands.manage([self.pay(code, owed[code]) for code in codes if owed[code] > 0])

    def pay(self, code, amount):
        body = lambda mark: {"method": "e_wallet", "amount": {"amount": amount, "currency": "KGS"}, "note": mark}
        return self.intend("pay", "cashier3", f"/v1/orders/{code}/payments", body, lambda mark: [("payment", mark)])
