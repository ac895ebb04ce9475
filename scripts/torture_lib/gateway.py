"""The gateway for short messages as far as a worker sees it, and an ear that forgets nothing."""

import http.server
import random
import re
import threading
import time

TAKEN = '<?xml version="1.0" encoding="UTF-8"?><response><status>0</status></response>'
TAKEN_BEFORE = TAKEN.replace("<status>0<", "<status>10<")


class Gateway(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, seed):
        self.heard, self.lost, self.lock, self.chance = [], 0, threading.Lock(), random.Random(seed)
        self.lose_answers, self.hang_s, self.delay_s, self.is_away = 0.02, 0, 0.002, False
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                answer = gateway.take(body) if self.path.endswith("/message") else TAKEN
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, body):
        """The answer, or nothing at all: then the message is taken nevertheless and nobody is told."""
        if self.is_away:
            return None
        field = lambda name: re.search(f"<{name}>(.*?)</{name}>", body, re.S)[1]
        message = (field("id"), field("phone"), field("text"))
        with self.lock:
            is_known = any(known[0] == message[0] for known, _ in self.heard[-2000:])
            self.heard.append((message, time.time()))
            is_lost = self.chance.random() < self.lose_answers
            self.lost += is_lost
        time.sleep(self.hang_s or self.delay_s)
        if is_lost:
            return None
        return TAKEN_BEFORE if is_known else TAKEN

    def forget(self):
        with self.lock:
            self.heard, self.lost = [], 0

    def handle_error(self, *_):
        """A worker that was killed leaves broken pipes behind."""
