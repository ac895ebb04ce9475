"""A proxy between the service and what it depends on, which cuts, stalls and half-closes."""

import pathlib
import socket
import threading
import time


class Proxy:
    """Listens at a port, or at a socket in a folder as PostgreSQL does, and passes on what it hears."""

    PASS, CUT, STALL, HALF, SLOW, LATE = "pass", "cut", "stall", "half-close", "slow", "late"
    # How long each packet is kept; a late dependency keeps every answer so long.
    SLOW_S, LATE_S = 0.05, 2.0

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
        pumps = [threading.Thread(target=self.pump, args=way, daemon=True) for way in ((near, far, False), (far, near, True))]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        with self.lock:
            self.pairs.discard((near, far))
        near.close()
        far.close()

    def pump(self, one, other, is_answer):
        try:
            while data := one.recv(65536):
                while self.mode == self.STALL:
                    time.sleep(0.01)
                if self.mode == self.SLOW:
                    time.sleep(self.SLOW_S)
                if self.mode == self.LATE and is_answer:
                    time.sleep(self.LATE_S)
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
