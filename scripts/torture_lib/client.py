"""One connection of one person, kept open; what cannot be known is said to be unknown."""

import http.client
import socket

ANSWER_WITHIN_S = 12


class Answer:
    def __init__(self, status, body, headers):
        self.status, self.body, self.headers = status, body, headers

    @property
    def is_ok(self):
        return 200 <= self.status < 300

    @property
    def is_unknown(self):
        """A failure of the service says nothing about what became of the request; nor does being told to wait for it, or
        that this try of it was not heard in time."""
        return self.status >= 500 or self.status == 408 or (self.status == 409 and b"request_in_flight" in self.body)


class NotSent(Exception):
    """Nobody listened, so nobody heard."""


class NoAnswer(Exception):
    """The request was sent, or perhaps was, and nothing came back."""


class Connection:
    def __init__(self, port):
        self.port, self.open = port, None

    def close(self):
        if self.open:
            self.open.close()
            self.open = None

    def send(self, call):
        if self.open is None:
            fresh = http.client.HTTPConnection("127.0.0.1", self.port(), timeout=ANSWER_WITHIN_S)
            try:
                fresh.connect()
            except OSError as error:
                raise NotSent(str(error)) from error
            fresh.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open = fresh
        headers = {"content-type": call.media_type} if call.body is not None else {}
        if call.key:
            headers["idempotency-key"] = call.key
        if call.token:
            headers["authorization"] = f"Bearer {call.token}"
        try:
            self.open.request(call.method, call.path, call.body, headers)
            response = self.open.getresponse()
            answer = Answer(response.status, response.read(), response.headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer
