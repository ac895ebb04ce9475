"""A proxy between the service and what it depends on, which cuts, stalls and half-closes."""

import pathlib
import socket
import threading
import time

from .kill import work


class Proxy:
    """Listens at a port, or at a socket in a folder as PostgreSQL does, and passes on what it hears."""

    PASS, CUT, STALL, HALF, SLOW = "pass", "cut", "stall", "half-close", "slow"

    def __init__(self, target, folder=None):
        self.target, self.mode, self.pairs, self.lock = target, self.PASS, set(), threading.Lock()
        if folder:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(pathlib.Path(folder) / ".s.PGSQL.5432"))
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
        self.listener.listen(256)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == self.CUT:
                near.close()
                continue
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        while self.mode == self.STALL:
            time.sleep(0.02)
        try:
            far = socket.socket(socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET)
            far.connect(self.target)
        except OSError:
            return near.close()
        with self.lock:
            self.pairs.add((near, far))
        pumps = [threading.Thread(target=self.pump, args=way, daemon=True) for way in ((near, far), (far, near))]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        with self.lock:
            self.pairs.discard((near, far))
        near.close()
        far.close()

    def pump(self, one, other):
        try:
            while data := one.recv(65536):
                while self.mode == self.STALL:
                    time.sleep(0.01)
                if self.mode == self.SLOW:
                    time.sleep(0.05)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (one, other):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def turn(self, mode):
        self.mode = mode
        with self.lock:
            pairs = list(self.pairs)
        for near, far in pairs if mode in (self.CUT, self.HALF) else []:
            try:
                # Half-closed: the service may still write, and never hears again.
                far.shutdown(socket.SHUT_WR if mode == self.HALF else socket.SHUT_RDWR)
                if mode == self.CUT:
                    near.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Cuts:
    """A dependency is away for a while. Nothing acknowledged is lost, and it comes back without a restart."""

    # Seconds that an answer may take, and that recovery may: promise P13.
    ANSWER_S, RECOVERY_S = 5.0, 5.0

    def __init__(self, run, chance):
        self.run, self.chance, self.count = run, chance, 0

    def aim(self):
        self.run.aimed_at = None

    def strike(self, house):
        proxies = [proxy for proxy in (self.run.database_proxy, self.run.gateway_proxy) if proxy]
        modes = [Proxy.CUT, Proxy.STALL, Proxy.HALF, Proxy.SLOW]
        proxy, mode = proxies[self.count % len(proxies)], modes[self.count // len(proxies) % len(modes)]
        self.count += 1
        is_database = proxy is self.run.database_proxy
        # As many messages may be heard twice as after a crash: what could not be marked is sent again.
        house.crashes += 1
        work(house, self.chance, (0.1, 0.6))
        proxy.turn(mode)
        away_s = self.chance.uniform(0.5, 1.0) * self.run.args.away
        house.crowd.slowest_s = 0.0
        began = time.monotonic()
        while time.monotonic() - began < away_s:
            self.look(house, is_database and mode == Proxy.CUT and time.monotonic() - began > 0.2)
        proxy.turn(Proxy.PASS)
        recovered = time.monotonic()
        while house.front[0].status("/readyz") != 200:
            if time.monotonic() - recovered > 30:
                self.run.verdict.wrong.append(f"not ready half a minute after {mode} ended")
                break
            time.sleep(0.02)
        took = time.monotonic() - recovered
        self.run.slowest_s.append(house.crowd.slowest_s)
        if house.crowd.slowest_s > self.ANSWER_S + 1:
            self.run.verdict.wrong.append(f"somebody waited {house.crowd.slowest_s:.1f} s while the {'database' if is_database else 'gateway'} was away ({mode})")
        self.run.recovered_s.append(took)
        if took > self.RECOVERY_S:
            self.run.verdict.wrong.append(f"ready only {took:.1f} s after {mode} ended")
        time.sleep(0.4)
        house.crowd.halt()
        self.run.history.write("fault", life=house.number, kind="proxy", point=f"{'database' if is_database else 'gateway'} {mode}", t=time.time())

    def look(self, house, is_away):
        """The process is alive whatever is away, and says so when it cannot serve."""
        began = time.monotonic()
        if house.front[0].status("/healthz") != 200:
            self.run.verdict.wrong.append("/healthz failed while a dependency was away")
        if time.monotonic() - began > self.ANSWER_S:
            self.run.verdict.wrong.append(f"/healthz took {time.monotonic() - began:.1f} s")
        if is_away:
            began = time.monotonic()
            status = house.front[0].status("/readyz", within_s=8)
            took = time.monotonic() - began
            self.run.readyz.append((status, took))
            if status != 503 and status != 200:
                self.run.verdict.wrong.append(f"/readyz answered {status} after {took:.1f} s while the database was cut")
        time.sleep(0.05)
