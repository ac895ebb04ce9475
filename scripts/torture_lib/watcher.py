"""Looks at the books while people work, every time in one snapshot, and remembers every journal that it ever saw."""

import hashlib
import json
import sqlite3
import threading
import time

from .checks import LEDGER
from .stores import Away

EVERY_S = 0.4
# A journal's identifier begins with its time, and it is there as soon as its transaction is committed. Every round reads all
# of them, so one that takes longer is only seen later.
LATE_S = 60
JOURNALS = "SELECT id, order_id, kind, idempotency_key, reverses, at, actor FROM journals WHERE id > '{since}'"
POSTINGS = "SELECT journal_id, position, account, amount_tyiyn FROM postings WHERE journal_id > '{since}'"
TOTAL = "SELECT SUM(amount_tyiyn), 0 FROM postings"


class Watcher:
    """What was seen must stay, whatever breaks, also when its client was never answered.

    SQLite with synchronous=FULL syncs the log before it shows a commit to readers, and PostgreSQL flushes its log before the
    rows are visible to others. So a journal that a snapshot shows is on the disk, and neither a kill nor a power failure may
    take it away. (A reader that came between a crash and the service's start could recover a log whose last frames nobody
    waited for; on the disk that forgets, this one reads only while the service runs.)
    """

    def __init__(self, run, store):
        self.campaign, self.store, self.lock = run, store, threading.Lock()
        self.seen, self.order, self.head = {}, [], b""
        self.found, self.is_on, self.last = [], not run.disk, time.monotonic()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.over.wait(EVERY_S):
            with self.lock:
                if self.is_on:
                    self.look()

    def go(self):
        with self.lock:
            self.is_on, self.last = True, time.monotonic()

    def pause(self):
        """Comes back when nothing is being read: nobody may have a file open on a disk that is mounted anew."""
        with self.lock:
            self.is_on = False

    def look(self, since=None):
        since = f"{int((time.time() - LATE_S) * 1000):012x}" if since is None else since
        since = f"{since[:8]}-{since[8:]}" if since else ""
        try:
            told = self.store.ask([*LEDGER.values(), TOTAL, JOURNALS.format(since=since), POSTINGS.format(since=since)])
        except (Away, sqlite3.Error):
            # Its database is away; that is what is being tried.
            self.campaign.looked_in_vain += 1
            return None
        now = time.monotonic()
        self.campaign.snapshots += 1
        self.campaign.watched_s += now - self.last
        self.campaign.unwatched_s, self.last = max(self.campaign.unwatched_s, now - self.last), now
        postings, journals, total = told.pop(), told.pop(), told.pop()[0][0] or 0
        self.found += [f"seen under way: {name}: {row[0]}" for name, rows in zip(LEDGER, told) for row in rows]
        self.found += [f"seen under way: the ledger sums to {total}"] if total else []
        return self.remember(journals, postings)

    def remember(self, journals, postings):
        """Puts what is new at the end of the chain, in the order of identifiers, and gives what each journal says now."""
        says = {journal[0]: [journal, []] for journal in sorted(journals)}
        for posting in sorted(postings):
            if posting[0] in says:
                says[posting[0]][1].append(posting)
        digests = {name: hashlib.sha256(json.dumps(said, default=str).encode()).digest() for name, said in says.items()}
        for name, digest in digests.items():
            if name not in self.seen:
                self.seen[name] = digest
                self.order.append(name)
                self.head = link(self.head, digest)
        return digests

    def verify(self):
        """Reads all of it again: the chain over what is stored now must end where the chain over what was seen ended."""
        with self.lock:
            told = self.look(since="")
            found, self.found = self.found, []
        self.campaign.verdict.wrong += found
        if told is None:
            return
        head = b""
        for name in self.order:
            head = link(head, told.get(name, b"nothing"))
        self.campaign.verified += 1
        if head == self.head:
            return
        for name in self.order:
            if name not in told:
                self.campaign.verdict.lost.append(f"journal {name} was seen and is gone")
            elif told[name] != self.seen[name]:
                self.campaign.verdict.wrong.append(f"journal {name} says something else than when it was seen first")

    def end(self):
        self.over.set()
        self.thread.join()
        self.campaign.journals += len(self.order)


def link(head, digest):
    return hashlib.sha256(head + digest).digest()


# What nobody may do: the rules of the database are switched off, and a journal is changed, or loses a leg.
NEWEST = "(SELECT journal_id, position FROM postings ORDER BY journal_id DESC, position DESC LIMIT 1)"
TAMPER = {
    "rewrite-history": {
        "sqlite": "DROP TRIGGER journals_no_update; UPDATE journals SET actor = 'somebody else' WHERE id = (SELECT MAX(id) FROM journals);",
        "postgres": "ALTER TABLE journals DISABLE TRIGGER USER; UPDATE journals SET actor = 'somebody else' WHERE id = (SELECT MAX(id) FROM journals);",
    },
    "skip-a-leg": {
        "sqlite": f"DROP TRIGGER postings_no_delete; DELETE FROM postings WHERE (journal_id, position) = {NEWEST};",
        "postgres": f"ALTER TABLE postings DISABLE TRIGGER USER; DELETE FROM postings WHERE (journal_id, position) = {NEWEST};",
    },
}


def tamper(house, control):
    """Changes what was seen, and waits for two looks."""
    house.watcher.verify()
    house.store.script(TAMPER[control][house.store.kind])
    time.sleep(3 * EVERY_S)
