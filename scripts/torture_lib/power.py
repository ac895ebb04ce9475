"""A power failure: the disk forgets what nobody waited for, and every process ends at that moment."""

import os
import pathlib
import shutil
import subprocess
import time

from .fault import Fault
from .kill import work
from .measured import measure


class Disk:
    """The crate `power/` as a child: a file system in memory whose power can be cut."""

    def __init__(self, scratch):
        folder = measure.target().absolute() / "power"
        measure.run("cargo", "build", "--quiet", "--manifest-path", "power/Cargo.toml", "--target-dir", folder)
        self.mount = scratch / "disk"
        self.mount.mkdir()
        self.process = subprocess.Popen([folder / "debug/torugart-power", self.mount], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "mounted":
            raise SystemExit("torture: no file system of our own can be mounted here")

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
        if os.path.ismount(self.mount):
            # Somebody had a file of it open when it ended.
            subprocess.run(["umount", "-l", self.mount], check=False)


def is_possible():
    return pathlib.Path("/dev/fuse").exists() and bool(shutil.which("fusermount3") or os.geteuid() == 0)


class Power(Fault):
    """Every second time some of what was not waited for had got to the disk by itself, in no order, one page of it torn."""

    def __init__(self, run, chance):
        super().__init__(run, chance)
        self.count, self.disk = 0, run.disk

    def strike(self, house):
        self.count += 1
        work(house, self.chance)
        seed = [] if self.count % 2 else [self.chance.randrange(2**32)]
        _, pages, syncs = self.disk.tell("cut", *seed)
        for service in house.services:
            service.kill()
            house.crashes += 1
            self.run.kills += 1
        if house.store.cluster:
            house.store.cluster.kill()
        house.crowd.halt()
        self.run.forgotten.append(int(pages))
        self.run.syncs = int(syncs)
        self.run.history.write("fault", life=house.number, kind="power", point="torn" if seed else "clean", t=time.time(), pages=int(pages))
        self.disk.tell("restore")
        if house.store.cluster:
            house.store.cluster.start()
