"""A mail server as far as a worker sees it: takes every letter and forgets none."""

import socketserver
import threading


class Mail(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 64

    def __init__(self):
        self.letters, self.lock = [], threading.Lock()
        super().__init__(("127.0.0.1", 0), Dialogue)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def forget(self):
        with self.lock:
            self.letters = []

    def handle_error(self, *_):
        """A worker that was killed, or a proxy that cut, leaves broken pipes behind."""


class Dialogue(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 torture ESMTP")
        while line := self.rfile.readline():
            word = line.strip().upper()[:4]
            if word == b"DATA":
                self.say("354 go on")
                if not self.take():
                    return
            self.say("221 bye" if word == b"QUIT" else "250 torture")
            if word == b"QUIT":
                return

    def take(self):
        """Only a letter that ends with its dot is one."""
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                with self.server.lock:
                    self.server.letters.append(b"".join(lines).decode(errors="replace"))
                return True
            lines.append(line)
        return False
