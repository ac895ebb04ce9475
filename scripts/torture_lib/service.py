"""The real program as a child: started, asked whether it is ready, killed, told to stop."""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

PASSWORD = "a few quiet words"
KEY = "k1:0123456789abcdef0123456789abcdef"
SETTINGS = """
[server]
threads = 2
[limits]
public_writes = { burst = 0, per_minute = 0 }
staff = { burst = 0, per_minute = 0 }
lookup_misses = { burst = 0, per_minute = 0 }
all_lookup_misses = { burst = 0, per_minute = 0 }
[auth]
access_ttl_s = 864000
[business.visitors]
requests_per_phone_hour = 0
requests_per_phone_day = 0
requests_per_minute = 0
[business.messages]
off = []
quiet_from_hour = 0
quiet_until_hour = 0
sms_most_a_day_per_phone = 1000000
sms_most_parts_a_day = 100000000
[sms]
transport = "smspro"
login = "torture"
password = "torture"
per_second = 0
[rates]
url = ""
[log]
level = "warn"
"""
GIVEN_UP_AFTER_S = 300


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Service:
    """`torugart serve` or `torugart worker`, one process at a time, on the same port for ever."""

    def __init__(self, binary, scratch, gateway_port, name="serve", words=("serve",), mistake=None):
        self.binary, self.scratch, self.name, self.words = binary, scratch, name, words
        self.port, self.process, self.url, self.mistake = free_port(), None, None, mistake
        self.photos, self.gateway_port, self.prefix, self.more = None, gateway_port, [], {}
        self.log = open(scratch / f"{name}.log", "ab")
        (scratch / "config").mkdir(exist_ok=True)
        (scratch / "config/torture.toml").write_text(SETTINGS)

    def environment(self, fault=None):
        mine = {name: value for name, value in os.environ.items() if not name.startswith("TORUGART")}
        mine |= {
            "TORUGART_ENV": "torture",
            "TORUGART__SERVER__PORT": str(self.port),
            "TORUGART__DATABASE__URL": self.url,
            "TORUGART__AUTH__JWT_KEYS": KEY,
            "TORUGART__SMS__URL": f"http://127.0.0.1:{self.gateway_port}",
            "TORUGART__PHOTOS__URL": f"file://{self.photos}",
        }
        mine |= self.more
        if fault:
            mine["TORUGART_FAULT"] = fault
        if self.mistake:
            mine["TORUGART_MISTAKE"] = self.mistake
        return mine

    def command(self, *words, stdin=None):
        """A short command of the program, which has to succeed."""
        done = subprocess.run([self.binary, *words], env=self.environment(), cwd=self.scratch, input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise SystemExit(f"torture: torugart {' '.join(words)}: {done.stdout}")

    def start(self, fault=None):
        self.spawned_at, self.spawned = time.time(), time.perf_counter()
        self.process = subprocess.Popen([*self.prefix, self.binary, *self.words], env=self.environment(fault), cwd=self.scratch,
                                        stdout=self.log, stderr=self.log)

    def ready_s(self):
        """Seconds from the start to the first 200 of /readyz; None when it never came because the process ended."""
        while time.perf_counter() - self.spawned < GIVEN_UP_AFTER_S:
            if not self.is_alive():
                return None
            if self.status("/readyz") == 200:
                return time.perf_counter() - self.spawned
            time.sleep(0.005)
        raise SystemExit(f"torture: {self.name} is not ready after {GIVEN_UP_AFTER_S} s; see {self.log.name}")

    def status(self, path, within_s=5):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=within_s)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """Ends it as a kernel does that ran out of memory. Tells whether it had ended itself at a named moment."""
        if self.process is None:
            return False
        aborted = self.process.poll() == -signal.SIGABRT
        self.process.kill()
        self.process.wait()
        return aborted or self.process.returncode == -signal.SIGABRT

    def stop(self, within_s=30):
        """Tells it to stop, waits, and says how long that took."""
        began = time.perf_counter()
        self.process.terminate()
        self.process.wait(within_s)
        return time.perf_counter() - began

    def end(self):
        """Stops it, or ends it when it does not."""
        try:
            if self.is_alive():
                self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
        self.log.close()

    def threads(self):
        """What each of its threads waits for in the kernel, for whoever wonders why nothing moves."""
        told = []
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*"):
            try:
                state = (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
                told.append(f"{(task / 'comm').read_text().strip()} {state} {(task / 'wchan').read_text()}")
            except OSError:
                continue
        return told

    def panics(self):
        self.log.flush()
        text = pathlib.Path(self.log.name).read_text(errors="replace")
        return [line for line in text.splitlines() if "panicked" in line]
