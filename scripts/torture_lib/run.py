"""All that the parts of a campaign share."""

import collections
import os
import shutil

from . import checks, clock
from .full import Small
from .gateway import Gateway
from .history import History
from .house import Template
from .mail import Mail
from .measured import ROOT, measure
from .proxy import Proxy

# A control: the mistake that the program makes, the named moments that show it, and what has to be found.
CONTROLS = {
    "answer-before-commit": ("answer_before_commit", ["before_commit"], "lost"),
    "mark-before-send": ("mark_before_send", ["after_send"], "lost"),
    "no-unique-key": (None, None, "doubled"),
    "no-wait-for-the-disk": ("no_wait_for_the_disk", None, "lost"),
    "wait-for-ever": ("wait_for_ever", None, "wrong"),
    "new-id-per-try": ("new_id_per_try", ["after_send"], "wrong"),
    "look-then-hand-over": ("look_then_hand_over", None, "doubled"),
    "rewrite-history": (None, None, "wrong"),
    "skip-a-leg": (None, None, "wrong"),
}


class Run:

    def __init__(self, args, scratch, store, disk):
        self.args, self.scratch, self.store, self.seed = args, scratch, store, args.seed
        self.control, self.instances, self.is_plain = args.control, args.instances, args.plain
        self.mistake, self.aims, self.symptom = CONTROLS.get(args.control, (None, None, None))
        self.binary = program(scratch, args.plain)
        self.gateway = Gateway(args.seed)
        self.gateway_port = self.gateway.server_port
        self.retries = bool({"rolling", "upgrade"} & set(args.faults))
        self.disk = disk
        self.small = self.gateway_proxy = self.database_proxy = None
        self.mail = self.mail_proxy = self.shelf = self.clock = None
        self.letters, self.probed, self.photos_refused = 0, collections.Counter(), 0
        self.signed_out = 0
        self.history = History(args.history or scratch / "history.jsonl")
        self.verdict = checks.Verdict()
        self.legal = checks.legal_moves(ROOT)
        self.hits, self.aimed_at, self.kills = collections.Counter(), None, 0
        self.ready_s, self.stops_s = [], []
        self.acknowledged = self.unknown = self.replays = self.refused = self.reads = 0
        self.messages = self.duplicates = self.lost_answers = self.crashes = self.rounds = 0
        self.answers, self.kinds = collections.Counter(), collections.Counter()
        self.slowest_s, self.forged = [], 0
        self.snapshots = self.looked_in_vain = self.verified = self.journals = 0
        self.watched_s = self.unwatched_s = 0.0
        self.intentions, self.sends, self.seen = 0, 0, collections.Counter()
        self.forgotten, self.syncs, self.recovered_s, self.readyz = [], 0, [], []
        self.full_refused, self.full_words = 0, collections.Counter()
        self.raced, self.rivals, self.contended = collections.Counter(), 0, 0
        self.template = Template(self.binary, scratch, store, self.gateway)

    def furnish(self, stack):
        """What the faults need beside the service: a disk, a proxy."""
        faults = self.args.faults
        if self.disk:
            self.store.folder = self.disk.mount
        if "full" in faults:
            self.small = Small(self.scratch / "small", 256)
            stack.callback(self.small.end)
            self.store.folder = self.small.folder
        if "clock" in faults:
            self.clock = self.scratch / "clock"
            clock.jump(self.clock, 0)
        if "readonly" in faults:
            self.shelf = Small(self.scratch / "shelf", 64)
            stack.callback(self.shelf.end)
        if "proxy" in faults:
            self.gateway_proxy = Proxy(("127.0.0.1", self.gateway_port))
            self.gateway_port = self.gateway_proxy.port
            self.mail = Mail()
            self.mail_proxy = Proxy(self.mail.server_address)
            if self.store.kind == "postgres":
                folder = self.scratch / "proxy"
                folder.mkdir()
                self.database_proxy = Proxy(f"{self.store.host}/.s.PGSQL.5432", folder)
                self.database_host = str(folder)

    def is_caught(self):
        """Whether the mistake that is made was noticed by what it does."""
        return bool(self.symptom and getattr(self.verdict, self.symptom))

    def place(self, store):
        url = store.fresh(self.template.database)
        return url.replace(store.host, self.database_host) if self.database_proxy else url

    def photos_of(self, number):
        folder = self.scratch / f"photos-{number}"
        if self.shelf:
            folder = self.shelf.folder / f"photos-{number}"
        if self.disk or self.small:
            folder = self.store.folder / f"photos-{number}"
        folder.mkdir()
        return folder


def program(scratch, is_plain):
    """A copy, so that nobody else's build takes its place half-way."""
    given = os.environ.get("TORUGART_BIN")
    if not given:
        words = [] if is_plain else ["--features", "faults"]
        measure.cargo("build", "--quiet", *words)
        given = measure.target() / "debug/torugart"
    shutil.copy(given, scratch / "torugart")
    return scratch / "torugart"
