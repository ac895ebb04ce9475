"""kill -9, at random moments and at named ones; and SIGTERM."""

import time

from .checks import Stored, own
from .fault import Fault
from .history import Intention

MOMENTS = {"before_commit": 150, "after_commit": 150, "after_send": 20, "mid_import": 2}
RANDOM_S = (0.02, 1.0)
# A named moment that does not come is given up, and the process is killed at this one. Several processes share the work, and
# the machine, so the first of them gets there later.
AIM_WITHIN_S, AIM_TOGETHER_WITHIN_S = 4, 15


# On a slow machine a round lasts until so much was acknowledged, this long at most.
LEAST, AT_MOST_S = 10, 20


def work(house, chance, seconds=RANDOM_S):
    """Lets people work, for a time that nobody can foresee."""
    enough, deadline = house.world.acknowledged + LEAST, time.monotonic() + AT_MOST_S
    house.crowd.go()
    house.watcher.go()
    while house.world.acknowledged < enough and time.monotonic() < deadline and all(service.is_alive() for service in house.services):
        time.sleep(0.01)
    time.sleep(chance.uniform(*seconds))
    if house.run.disk:
        house.watcher.pause()


def end(house, chance, aimed):
    """Kills everybody, or of several now and then only one."""
    victims = house.services
    if len(victims) > 1 and aimed is None and chance.random() < 0.4:
        victims = [chance.choice(victims)]
    for service in victims:
        # Whoever ended itself is noted by the house.
        if service.is_alive():
            service.kill()
            house.crashes += 1
            house.run.kills += 1
    house.run.history.write("fault", life=house.number, kind="kill", point=aimed or "random", t=time.time())


class Kill:
    """Every second time at a random moment, every other time at one of the named ones in turn."""

    def __init__(self, run, chance):
        self.run, self.chance, self.count = run, chance, 0

    def aim(self):
        """What the processes of the next round are told to end themselves at, if anything."""
        self.count += 1
        if self.run.is_plain or (self.count % 2 and not self.run.aims):
            self.run.aimed_at = None
            return None
        names = self.run.aims or list(MOMENTS)
        name = names[(self.count // 2) % len(names)]
        self.run.aimed_at = name
        # Several processes share the work, so each of them gets there more seldom.
        most = max(1, MOMENTS[name] // (self.run.instances if self.run.instances == 1 else 4))
        return f"{name}:{1 + self.chance.randrange(most)}"

    def strike(self, house):
        """Lets people work, ends a process or all of them, and leaves the house as it fell."""
        aimed = self.run.aimed_at
        if aimed is None:
            work(house, self.chance)
        else:
            house.crowd.go()
            deadline = time.monotonic() + (AIM_WITHIN_S if len(house.services) == 1 else AIM_TOGETHER_WITHIN_S)
            while all(service.is_alive() for service in house.services) and time.monotonic() < deadline:
                time.sleep(0.005)
        end(house, self.chance, aimed)
        house.crowd.halt()
        house.bury()


class Term(Fault):
    """SIGTERM under load. Whoever got no answer has changed nothing; whoever got one keeps it."""

    def strike(self, house):
        work(house, self.chance)
        self.run.history.write("fault", life=house.number, kind="term", point="begins", t=time.time())
        for service in house.services:
            service.process.terminate()
        # A little longer, so that some knock at a door that closes.
        time.sleep(0.05)
        house.crowd.going.clear()
        for service in house.services:
            took = service.stop()
            self.run.stops_s.append(took)
            self.run.kills += 1
            if service.process.returncode != 0:
                self.run.verdict.wrong.append(f"SIGTERM ended {service.name} with {service.process.returncode}")
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="term", point="random", t=time.time())

    def judge(self, house):
        """Before anything is sent again: what was not answered must not have happened."""
        stored = Stored(house.store)
        for intention in house.world.intentions:
            if intention.state == Intention.UNKNOWN and any(stored.spaces[space][value] for space, value in intention.effects if own(intention, value)):
                self.run.verdict.wrong.append(f"done and not answered while stopping: {intention}")
