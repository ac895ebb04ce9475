"""The store for photos can only be read for a while: photos are refused, everything else goes on."""

import subprocess
import time

from .fault import Fault
from .kill import work


class ReadOnly(Fault):
    def strike(self, house):
        work(house, self.chance, (0.1, 0.6))
        self.remount("ro")
        began, acknowledged = len(house.crowd.failures), house.world.acknowledged
        work(house, self.chance, (1.0, 2.0))
        refused = house.crowd.failures[began:]
        self.remount("rw")
        self.run.photos_refused += len(refused)
        self.run.verdict.wrong += [f"not a photo, and refused while photos could only be read: {failure}"
                                   for failure in refused if not failure[2].startswith("photo ") or failure[1] != 503]
        if house.world.acknowledged == acknowledged or house.front[0].status("/readyz") != 200:
            self.run.verdict.wrong.append("work stood still while photos could only be read")
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="readonly", point="photos", t=time.time())

    def remount(self, how):
        """A file that is just being written keeps the disk as it is for a moment."""
        for _ in range(200):
            if subprocess.run(["mount", "-o", f"remount,{how}", self.run.shelf.folder], stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.02)
        raise SystemExit(f"torture: the photos' disk does not become {how}")
