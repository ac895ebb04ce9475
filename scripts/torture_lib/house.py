"""One life of the firm: a database, its processes, its people, and all that was ever wanted there."""

import http.client
import json
import time
from datetime import datetime, timedelta, timezone

from . import clock
from .client import Connection, NoAnswer, NotSent
from .history import Intention
from .people import CLERKS, ROLES, Crowd
from .send import WORKERS
from .service import PASSWORD, Service
from .watcher import Watcher
from .world import World

NO_UNIQUE_KEY = {
    # No table is renamed: SQLite would read every trigger for that, and Python's may be too old for those of the search.
    "sqlite": """CREATE TABLE former AS SELECT * FROM idempotency_keys;
        DROP TABLE idempotency_keys;
        CREATE TABLE idempotency_keys (scope TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL,
            status INTEGER NOT NULL, body TEXT NOT NULL, created_at TIMESTAMP NOT NULL);
        INSERT INTO idempotency_keys SELECT scope, key, request_hash, status, body, created_at FROM former;
        DROP TABLE former;""",
    "postgres": "ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_pkey",
}


class Template:
    """A furnished database and the tokens of its staff, made once and copied for each life."""

    def __init__(self, binary, scratch, store, gateway):
        service = Service(binary, scratch, gateway.server_port, "furnish")
        service.url, service.photos = store.fresh(), scratch / "photos-template"
        service.command("staff", "add", "--login", "admin", "--role", "admin", "--password-stdin", stdin=PASSWORD)
        service.start()
        service.ready_s()
        self.tokens = {"admin": token(service, "admin")}
        for login, role in staff():
            call(service, "POST", "/v1/staff", {"login": login, "name": login, "role": role, "password": PASSWORD}, self.tokens["admin"])
            self.tokens[login] = token(service, login)
        rates = {"rates": [{"currency": "CNY", "rate": "12.87"}, {"currency": "USD", "rate": "87.45"}]}
        call(service, "PUT", "/v1/rates", rates, self.tokens["admin"])
        service.stop()
        self.database = store.keep_as_template()


def staff():
    return [(f"{ROLES[job]}{number}", ROLES[job]) for number, job in enumerate(CLERKS)] + [("auditor", "auditor")]


def call(service, method, path, body, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    if answer.status not in (200, 201):
        raise SystemExit(f"torture: {method} {path}: {answer.status} {told[:500]!r}")
    return json.loads(told)


def token(service, login):
    return call(service, "POST", "/v1/auth/login", {"login": login, "password": PASSWORD})["access_token"]


class House:
    def __init__(self, run, number):
        self.run, self.number, self.store = run, number, run.store
        self.url = run.place(self.store)
        self.photos = run.photos_of(number)
        words = [("serve", ("serve",))]
        if run.instances > 1:
            words = [(f"serve-{at}", ("serve", "--no-worker")) for at in range(run.instances)]
            words += [(f"worker-{at}", ("worker",)) for at in range(run.instances)]
        if "send" in run.args.faults:
            words = [("serve", ("serve", "--no-worker"))]
            words += [(f"worker-{at}", ("worker",)) for at in range(WORKERS[self.store.kind])]
        self.services = [Service(run.binary, run.scratch, run.gateway_port, name, command, run.mistake) for name, command in words]
        for service in self.services:
            service.url, service.photos = self.url, self.photos
            service.more = self.settings()
        self.workers = [service for service in self.services if service.words[0] == "worker"]
        # How many messages one crash may leave sent and not noted.
        self.senders = 1 if "send" in run.args.faults else 4 * max(1, len(self.services) // 2)
        self.front = [service for service in self.services if service.words[0] == "serve"]
        run.gateway.forget()
        self.world = World(run.history, run.template.tokens, run.seed, number)
        if run.control == "no-unique-key":
            self.store.script(NO_UNIQUE_KEY[self.store.kind])
        if run.mail:
            run.mail.forget()
            self.world.has_mail = True
        self.crowd, self.watcher, self.crashes = None, None, 0

    def settings(self):
        """What the faults of this run need set beside what every run does."""
        mine = {}
        if self.run.mail:
            mine |= {"TORUGART__EMAIL__TRANSPORT": "smtp", "TORUGART__EMAIL__PER_SECOND": "0",
                     "TORUGART__EMAIL__URL": f"smtp://127.0.0.1:{self.run.mail_proxy.port}?tls=none"}
        if self.run.clock:
            mine |= clock.settings(self.run.clock)
        if "send" in self.run.args.faults:
            # One thread each, so that a crash leaves one message in doubt at most.
            mine["TORUGART__SMS__WORKERS"] = "1"
        return mine

    def begin(self, fault=None):
        if self.run.disk:
            self.run.disk.tell("settle")
        self.start_all(fault)
        self.watcher = Watcher(self.run, self.store)
        self.crowd = Crowd(self.world, [service.port for service in self.front], self.run.seed, retries=self.run.retries)

    def start_all(self, fault=None):
        """Starts whoever does not run; gives the longest time until one of them was ready."""
        waiting = [service for service in self.services if not service.is_alive()]
        for service in waiting:
            service.start(fault)
        times = [service.ready_s() for service in waiting if service in self.front]
        return None if None in times else max(times, default=0.0)

    def revive(self, fault=None):
        """Brings everything back after a crash, and says how long it took; a fault that strikes at once is a crash more."""
        took = self.start_all(fault)
        while took is None:
            self.bury()
            took = self.start_all()
        return took

    def bury(self):
        """Notes who ended itself at a named moment."""
        for service in self.services:
            if service.process is not None and not service.is_alive() and service.kill():
                self.run.hits[self.run.aimed_at] += 1
                self.crashes += 1
                service.process = None

    def resolve(self):
        """Sends again, with the same key, whatever nobody knows the end of."""
        doubtful = [intention for intention in self.world.intentions if intention.state == Intention.UNKNOWN]
        ports = [service.port for service in self.front]
        connection = Connection(lambda: ports[0])
        for intention in doubtful:
            # Each has two minutes of its own: half a minute without a database leaves hundreds in doubt.
            deadline, heard = time.monotonic() + 120, "nothing"
            while intention.state == Intention.UNKNOWN:
                if time.monotonic() > deadline:
                    waiting = "; ".join(line for service in self.services for line in service.threads())
                    raise SystemExit(f"torture: no answer to a repeat within two minutes, the last was {heard}: {intention}\n{waiting}")
                try:
                    answer = connection.send(intention.call)
                except (NotSent, NoAnswer) as error:
                    heard = str(error)
                    self.bury()
                    self.revive()
                    continue
                if answer.is_unknown:
                    heard = f"{answer.status} {answer.body[:300]!r}"
                    time.sleep(0.02)
                    continue
                self.world.settle(intention, Intention.OK if answer.is_ok else Intention.REFUSED, answer)
        connection.close()
        return len(doubtful)

    def look_at_photos(self):
        """Every photo that was acknowledged can be seen; gives those that cannot."""
        missing = []
        for intention in list(self.world.intentions):
            if intention.kind != "photo" or intention.state != Intention.OK:
                continue
            connection = http.client.HTTPConnection("127.0.0.1", self.front[0].port, timeout=30)
            connection.request("GET", json.loads(intention.body)["url"], headers={"authorization": f"Bearer {self.world.tokens['admin']}"})
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read().startswith(b"\xff\xd8"):
                missing.append(f"the picture of {intention} is gone: {answer.status}")
            connection.close()
        return missing

    def pass_time(self, is_all=False):
        """Fifteen minutes go by for what a worker that is dead had claimed: its lease ends."""
        started = min(service.spawned_at for service in self.workers or self.services)
        until = datetime.fromtimestamp(started, timezone.utc) + timedelta(minutes=60 if is_all else 15)
        moment = datetime.now(timezone.utc) - timedelta(minutes=1)
        self.store.run(f"UPDATE notifications SET next_attempt_at = '{moment:%Y-%m-%d %H:%M:%S.%f}' "
                       f"WHERE state = 'sending' AND next_attempt_at < '{until:%Y-%m-%d %H:%M:%S.%f}'")

    def drain(self, count_open, within_s=120):
        """Waits until the outbox is empty, or stays as it is for so long; pauses between two tries pass at once."""
        self.run.gateway.soothe()
        moved, least = time.monotonic(), None
        while count := count_open(self.store):
            if least is None or count < least:
                least, moved = count, time.monotonic()
            if time.monotonic() > moved + within_s:
                break
            self.pass_pauses()
            self.wake_gateway()
            # When nothing moves, nothing is being sent any more: what is claimed still could not be marked when it was.
            self.pass_time(is_all=time.monotonic() > moved + 6)
            time.sleep(0.3)

    def pass_pauses(self):
        """What is to be tried again later is due. Rows that are due already stay as they are: thousands of them, three times a second."""
        moment = datetime.now(timezone.utc) - timedelta(minutes=1)
        self.store.run(f"UPDATE notifications SET next_attempt_at = '{moment:%Y-%m-%d %H:%M:%S.%f}' "
                       f"WHERE state = 'pending' AND next_attempt_at > '{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S.%f}'")

    def wake_gateway(self):
        """The time passes for which a gateway is left alone."""
        self.store.run("UPDATE gates SET rests_until = NULL, failures = 0")

    def end(self):
        if self.crowd:
            self.crowd.end()
        if self.watcher:
            self.watcher.end()
        for service in self.services:
            service.end()
        self.store.drop()
