"""A dependency is away for a while. Nothing acknowledged is lost, nobody waits long, and it comes back without a restart."""

import time

from .fault import Fault
from .kill import work
from .people import NOBODY
from .prober import Prober
from .proxy import Proxy

# Seconds that an answer may take, and that recovery may: promise P13.
ANSWER_S, RECOVERY_S = 5.0, 5.0
# What a machine that does other things beside this adds to a person's wait.
SCHEDULED_S = 1.0
MODES = (Proxy.CUT, Proxy.STALL, Proxy.HALF, Proxy.SLOW, Proxy.LATE)
# Where nothing passes, nobody can be served, and `/readyz` has to say so from so many seconds on.
SILENT, TOLD_AFTER_S = (Proxy.CUT, Proxy.STALL), 5.0
# An absence so long lasts as long as it says.
LONG_S = 10


class Cuts(Fault):
    def __init__(self, run, chance):
        super().__init__(run, chance)
        self.count = 0

    def strike(self, house):
        away = [(name, proxy) for name, proxy in (("database", self.run.database_proxy), ("gateway", self.run.gateway_proxy),
                                                 ("mail server", self.run.mail_proxy)) if proxy]
        # A control's mistake is about a database that says nothing.
        name, proxy = away[0 if self.run.control else self.count % len(away)]
        mode = Proxy.STALL if self.run.control else MODES[self.count // len(away) % len(MODES)]
        self.count += 1
        # As many messages may be heard twice as after a crash: what could not be marked is sent again.
        house.crashes += 1
        work(house, self.chance, (0.1, 0.6))
        self.without(house, name, proxy, mode)
        time.sleep(0.4)
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="proxy", point=f"{name} {mode}", t=time.time())

    def without(self, house, name, proxy, mode):
        """The absence itself: asked all the time, and judged."""
        asked = self.run.args.away
        away_s = asked if asked >= LONG_S else self.chance.uniform(0.5, 1.0) * asked
        before = len(house.crowd.failures)
        house.crowd.slowest = house.crowd.slowest_of_one = NOBODY
        prober = Prober(house, name == "database" and mode in SILENT, TOLD_AFTER_S)
        proxy.turn(mode)
        prober.start()
        time.sleep(away_s)
        gone = time.monotonic()
        prober.is_back = True
        proxy.turn(Proxy.PASS)
        took = self.recovery(house, mode)
        prober.end()
        self.run.recovered_s.append(took)
        # A truck may take long where every statement does, as long as it moves.
        waited = house.crowd.slowest_of_one if mode == Proxy.SLOW else house.crowd.slowest
        slowest_s, call = max(waited, prober.slowest)
        self.run.slowest_s.append(slowest_s)
        self.run.readyz += prober.readyz
        self.run.probed.update((name, mode, status) for status in prober.statuses)
        wrong = prober.complaints + self.judge(call, name, house.crowd.failures[before:])
        self.run.verdict.wrong += [f"{name} away ({mode}) for {gone - prober.began:.0f} s: {line}" for line in wrong]

    def recovery(self, house, mode):
        """Seconds until it is ready again."""
        began = time.monotonic()
        while house.front[0].status("/readyz") != 200:
            if time.monotonic() - began > 30:
                self.run.verdict.wrong.append(f"not ready half a minute after {mode} ended")
                break
            time.sleep(0.02)
        return time.monotonic() - began

    def judge(self, slowest, name, failures):
        found = []
        if self.run.slowest_s[-1] > ANSWER_S + SCHEDULED_S:
            found.append(f"somebody waited {self.run.slowest_s[-1]:.1f} s: {slowest}")
        if self.run.recovered_s[-1] > RECOVERY_S:
            found.append(f"ready only {self.run.recovered_s[-1]:.1f} s after")
        found += [f"a failure that is no 503: {failure}" for failure in failures if failure[1] != 503]
        if name != "database" and failures:
            found.append(f"{len(failures)} changes failed: {failures[0]}")
        return found
