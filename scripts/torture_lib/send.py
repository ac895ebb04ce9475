"""Workers killed again and again, mostly between a gateway's answer and the note of it, while the gateway is as bad as it may be."""

import time

from .kill import work

# A worker that has nothing to send does not get to its moment; it is killed then where it stands.
AIM_WITHIN_S = 4
WORKERS = {"postgres": 4, "sqlite": 2}


class Send:
    """Three times of four the workers alone, after a message was taken; then everybody, with a transaction open."""

    def __init__(self, run, chance):
        self.run, self.chance, self.count = run, chance, 0

    def aim(self):
        self.count += 1
        # A control's mistake shows after a message was sent; who dies before a commit hides it.
        is_rollback = self.count % 4 == 0 and not self.run.control
        self.run.aimed_at = "before_commit" if is_rollback else "after_send"
        return f"{self.run.aimed_at}:{1 + self.chance.randrange(60 if is_rollback else 3)}"

    def strike(self, house):
        victims = house.services if self.run.aimed_at == "before_commit" else house.workers
        self.run.gateway.worsen(knows_again=house.number % 2 == 1)
        work(house, self.chance, (0.0, 0.2))
        deadline = time.monotonic() + AIM_WITHIN_S
        while any(service.is_alive() for service in victims) and time.monotonic() < deadline:
            house.wake_gateway()
            time.sleep(0.1)
        for service in victims:
            # Whoever ended itself is noted by the house.
            if service.is_alive():
                service.kill()
                house.crashes += 1
                self.run.kills += 1
        house.run.history.write("fault", life=house.number, kind="send", point=self.run.aimed_at, t=time.time())
        house.crowd.halt()
        house.bury()
