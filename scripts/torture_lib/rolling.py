"""Instances are restarted one after the other under load, and nobody's change fails."""

import time

from .history import Intention
from .kill import work


class Rolling:
    """Whoever is not heard by one instance asks the other with the same key, as a proxy in front of them would let them."""

    def __init__(self, run, chance):
        self.run, self.chance = run, chance

    def aim(self):
        self.run.aimed_at = None

    def strike(self, house):
        work(house, self.chance, (0.1, 0.4))
        for service in house.services:
            self.run.stops_s.append(service.stop())
            self.run.kills += 1
            if service.process.returncode != 0:
                self.run.verdict.wrong.append(f"SIGTERM ended {service.name} with {service.process.returncode}")
            service.start()
            if service in house.front:
                service.ready_s()
            time.sleep(self.chance.uniform(0.1, 0.3))
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="rolling", point="all", t=time.time())
        failed = [intention for intention in house.world.intentions if intention.state in (Intention.UNKNOWN, Intention.UNSENT)]
        self.run.verdict.wrong += [f"a rolling restart was noticed: {intention}" for intention in failed]
        self.run.verdict.wrong += [f"a rolling restart was noticed: {failure}" for failure in house.crowd.failures]
