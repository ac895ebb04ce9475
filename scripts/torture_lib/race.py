"""2 to 32 clerks hand the same order over at the same instant: one of them does, the others are told when."""

import json
import threading
import time

from .client import Connection, NoAnswer, NotSent
from .history import Intention

AT_ONCE = (2, 32)
LEAST_ORDERS = 8


class Race:
    def __init__(self, run, chance):
        self.run, self.chance = run, chance

    def aim(self):
        self.run.aimed_at = None

    def strike(self, house):
        """People work until enough orders are paid; then they watch."""
        house.crowd.is_handing_over = False
        house.crowd.go()
        deadline = time.monotonic() + 20
        while house.world.size("paid") < LEAST_ORDERS and time.monotonic() < deadline:
            time.sleep(0.05)
        house.crowd.halt()
        for code in house.world.take("paid", self.chance, most=1000):
            self.compete(house, code)

    def compete(self, house, code):
        count = self.chance.randint(*AT_ONCE)
        clerks = [login for login in house.world.tokens if login.startswith("cashier")]
        effects = lambda mark: [("hand_over", mark), ("audit", f"order.handed_over {code}")]
        rivals = [house.world.intend("race", self.chance.choice(clerks), "POST", f"/v1/orders/{code}/hand-over",
                                     lambda mark: {"received_by": mark}, effects, None) for _ in range(count)]
        barrier, told = threading.Barrier(count), {}

        def hand_over(number, intention):
            port = house.front[number % len(house.front)].port
            connection = Connection(lambda: port)
            barrier.wait()
            try:
                told[number] = connection.send(intention.call)
            except (NotSent, NoAnswer) as error:
                told[number] = error
            connection.close()

        threads = [threading.Thread(target=hand_over, args=pair) for pair in enumerate(rivals)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.judge(house, code, rivals, told)

    def judge(self, house, code, rivals, told):
        winners = 0
        for number, intention in enumerate(rivals):
            answer = told[number]
            if isinstance(answer, Exception):
                house.world.settle(intention, Intention.UNKNOWN)
                self.run.verdict.wrong.append(f"no answer in a race for {code}: {answer}")
                continue
            house.world.settle(intention, Intention.OK if answer.is_ok else Intention.UNKNOWN if answer.is_unknown else Intention.REFUSED, answer)
            winners += answer.is_ok
            body = json.loads(answer.body)
            if answer.is_ok or (answer.status == 409 and body.get("code") == "already_picked_up" and body.get("picked_up_at")):
                continue
            # Something may have been charged since it was paid; then nobody gets it.
            self.run.verdict.wrong.append(f"a rival was answered {answer.status} {answer.body[:200]!r}") if body.get("code") != "balance_due" else None
        self.run.races += 1
        if winners > 1:
            self.run.verdict.doubled.append(f"order {code} was handed over {winners} times, by {len(rivals)} rivals")
        self.run.won += winners
