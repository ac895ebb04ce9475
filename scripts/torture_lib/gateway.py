"""The gateway for short messages as far as a worker sees it, and an ear that forgets nothing."""

import collections
import http.server
import random
import re
import threading
import time

TAKEN = '<?xml version="1.0" encoding="UTF-8"?><response><status>0</status></response>'


def status(number):
    return TAKEN.replace("<status>0<", f"<status>{number}<")


TAKEN_BEFORE = status(10)
# What the gateway says of a message it does not take, and never will; and what it says for now: of our account, or of its haste.
NEVER, NOT_NOW = (1, 6, 7, 8), (2, 3, 4, 5, 9)
# A bad day: shares of messages that are never taken, of attempts that are not, of messages that are a test, of answers that come too late.
REFUSED, PUT_OFF, TESTED, HANGING = 0.03, 0.06, 0.03, 0.005


class Gateway(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, seed):
        self.heard, self.lost, self.lock, self.chance = [], 0, threading.Lock(), random.Random(seed)
        self.lose_answers, self.hang_s, self.delay_s, self.is_away = 0.02, 0, 0.002, False
        self.is_bad, self.knows_again, self.calm = False, True, threading.Event()
        self.refused, self.tries, self.said = {}, collections.Counter(), collections.Counter()
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
        # What it took once, it does not refuse afterwards.
        if self.is_bad and not any(known[0] == message[0] for known, _ in self.heard) and (answer := self.refuse(message[0])):
            return answer
        with self.lock:
            is_known = any(known[0] == message[0] for known, _ in self.heard[-2000:])
            self.heard.append((message, time.time()))
            is_lost = self.chance.random() < self.lose_answers
            self.lost += is_lost
            is_hanging = self.is_bad and not is_lost and self.chance.random() < HANGING
            self.lost += is_hanging
            answer = TAKEN_BEFORE if is_known and self.knows_again else self.taken(message[0])
            self.said[re.search("<status>(.*?)<", answer)[1] if not (is_lost or is_hanging) else "none"] += 1
        # Longer than a worker waits, which asks again; at the end of a life nobody waits for it.
        if is_hanging:
            self.calm.wait(30)
        time.sleep(self.hang_s or self.delay_s)
        return None if is_lost or is_hanging else answer

    def taken(self, message):
        return status(11) if self.is_bad and self.luck(message, "test") < TESTED else TAKEN

    def luck(self, *of):
        """The same for one message every time."""
        return random.Random("/".join(of)).random()

    def refuse(self, message):
        """A refusal, or nothing. For good it is the same each time; for now it is not said a third time."""
        with self.lock:
            self.tries[message] += 1
            if self.luck(message, "never") < REFUSED:
                answer = self.refused[message] = NEVER[int(self.luck(message, "why") * len(NEVER))]
            elif self.tries[message] < 3 and self.chance.random() < PUT_OFF:
                answer = self.chance.choice(NOT_NOW)
            else:
                return None
            self.said[str(answer)] += 1
        return status(answer)

    def worsen(self, knows_again):
        self.calm.clear()
        self.is_bad, self.knows_again = True, knows_again

    def soothe(self):
        """Takes everything from here on, except what it refused for good."""
        self.calm.set()

    def forget(self):
        with self.lock:
            self.heard, self.lost, self.refused = [], 0, {}
            self.is_bad, self.knows_again = False, True
            self.tries.clear()

    def handle_error(self, *_):
        """A worker that was killed leaves broken pipes behind."""
