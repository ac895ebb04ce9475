"""The clock jumps under load: two hours on, an hour back, over midnight of Bishkek; and back to what it was."""

import pathlib
import time
from datetime import datetime, timedelta, timezone

from .fault import Fault
from .kill import work

FOLDERS = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime")
BISHKEK = timezone(timedelta(hours=6))


def library():
    """libfaketime as Debian's package `faketime` brings it, or nothing."""
    found = [pathlib.Path(folder) / "libfaketimeMT.so.1" for folder in FOLDERS]
    return next((path for path in found if path.exists()), None)


def settings(file):
    """What a program needs set to take its time from a file; pauses stay what they are."""
    return {"LD_PRELOAD": str(library()), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def jump(file, seconds):
    """The file is replaced, so that nobody reads half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{seconds:+d}\n")
    fresh.rename(file)


def to_midnight():
    """Seconds until two seconds before the next midnight of Bishkek."""
    now = datetime.now(BISHKEK)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    return int((midnight - now).total_seconds()) - 2


def set_apart(run, complaints):
    """A token of a moment that is yet to come is refused, and a tariff of such a moment is not in force. Gives what remains to be
    explained."""
    others = [line for line in complaints if "unauthenticated" not in line and "No tariff is in force" not in line]
    run.signed_out += len(complaints) - len(others)
    return others


class Clock(Fault):
    def __init__(self, run, chance):
        super().__init__(run, chance)
        self.count = 0

    def strike(self, house):
        name, seconds = (("two hours on", 7200), ("an hour back", -3600), ("over midnight", to_midnight()))[self.count % 3]
        self.count += 1
        # A lease that has run out meanwhile is another's: as many messages may be heard twice as after a crash.
        house.crashes += 1
        before = len(house.crowd.failures)
        work(house, self.chance, (0.1, 0.6))
        for offset in (seconds, 0):
            jump(self.run.clock, offset)
            time.sleep(0.3)
            work(house, self.chance, (2.5, 3.5) if offset else (0.5, 1.0))
            if house.front[0].status("/readyz") != 200:
                self.run.verdict.wrong.append(f"not ready after the clock went {name}, or came back")
        failed = house.crowd.failures[before:]
        self.run.verdict.wrong += [f"failed while the clock went {name} and back: {failure}" for failure in failed]
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="clock", point=name, t=time.time())
