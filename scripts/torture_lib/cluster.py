"""A PostgreSQL of our own, whose data may lie on a disk that loses its power."""

import os
import pathlib
import signal
import subprocess
import sys
import time

from .measured import measure


class Cluster:
    def __init__(self, scratch, disk=None):
        self.folder, self.may_forget = measure.newest_postgres(), bool(disk)
        if not self.folder:
            sys.exit("torture: PostgreSQL's programs are missing")
        home = (disk.mount if disk else scratch) / "postgres"
        self.programs, self.data, self.log = measure.Postgres(self.folder, home), home / "data", scratch / "postgres.log"
        # The server belongs to somebody else than we do.
        self.sockets = scratch / "sockets"
        self.sockets.mkdir()
        self.sockets.chmod(0o777)
        # A page that is torn and not mended would be found when it is read.
        self.programs.initdb(self.data, "--data-checksums")
        self.start()

    def start(self):
        try:
            self.server = self.programs.serve(self.data, self.sockets, self.log)
        except measure.PostgresStopped as stopped:
            sys.exit(f"torture: PostgreSQL does not come back:\n{str(stopped)[-3000:]}")

    def kill(self):
        """Ends it as a power failure does: nobody gets to say anything any more. Comes back when nobody is left."""
        self.server.send_signal(signal.SIGSTOP)
        children = pathlib.Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        for pid in [self.server.pid, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        self.server.wait()
        while any(is_running(pid) for pid in children):
            time.sleep(0.01)

    def damage(self, name):
        """What PostgreSQL's own inspection says of every page, and of every row that an index leads to or leaves out."""
        words = ["--install-missing", "--heapallindexed", "--host", self.sockets, "--username", "torugart", "--database", name]
        done = self.programs.call("pg_amcheck", *words, stderr=subprocess.STDOUT, check=False)
        return [f"pg_amcheck: {line}" for line in done.stdout.splitlines()] if done.returncode else []

    def end(self):
        self.server.send_signal(signal.SIGINT)
        self.server.wait(60)


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
