"""A disk that is full for a while: refusals, no damage, and work goes on when there is room."""

import subprocess
import time

from .fault import Fault
from .kill import work


class Small:
    """A file system of so many MiB in memory; needs root."""

    def __init__(self, folder, mib):
        self.folder = folder
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=777", "tmpfs", folder], check=True)

    def fill(self):
        """Takes all the room there is."""
        with open(self.folder / "ballast", "wb") as file:
            try:
                while True:
                    file.write(bytes(65536))
                    file.flush()
            except OSError:
                pass

    def clear(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    def end(self):
        subprocess.run(["umount", "-l", self.folder], check=False)


class Full(Fault):
    def strike(self, house):
        # As many messages may be heard twice as after a crash: what could not be marked is sent again.
        house.crashes += 1
        work(house, self.chance, (0.1, 0.6))
        before = len(house.crowd.failures)
        self.run.small.fill()
        time.sleep(self.chance.uniform(0.5, 1.2))
        if house.front[0].status("/healthz") != 200 or not house.front[0].is_alive():
            self.run.verdict.wrong.append("a full disk ended the service")
        refused = house.crowd.failures[before:]
        self.run.small.clear()
        emptied = time.time()
        time.sleep(0.8)
        late = [failure for failure in house.crowd.failures if failure[0] > emptied + 0.5]
        house.crowd.halt()
        self.run.full_refused += len(refused)
        self.run.full_words.update((status, body.split(b',"request_id"')[0]) for _, status, _, body in refused)
        if late:
            self.run.verdict.wrong.append(f"{len(late)} refusals half a second after there was room again: {late[0]}")
        self.run.history.write("fault", life=house.number, kind="full", point="disk", t=time.time())
