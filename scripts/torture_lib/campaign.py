"""Rounds of work and faults, what was found, and whether enough happened to prove anything."""

import collections
import contextlib
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from . import checks, order
from .gateway import Gateway
from .history import History, Intention
from .house import House, Template
from .full import Full, Small
from .kill import Kill, Term
from .measured import ROOT, measure
from .power import Disk, Power, is_possible
from .proxy import Cuts, Proxy
from .race import Race
from .rolling import Rolling, Upgrade
from .stores import Postgres, Sqlite

FAULTS = {"kill": Kill, "term": Term, "power": Power, "proxy": Cuts, "full": Full, "rolling": Rolling, "upgrade": Upgrade, "race": Race}
# A control: the mistake that the program makes, and the named moments that show it.
CONTROLS = {
    "answer-before-commit": ("answer_before_commit", ["before_commit"]),
    "mark-before-send": ("mark_before_send", ["after_send"]),
    "no-unique-key": (None, None),
    "no-wait-for-the-disk": ("no_wait_for_the_disk", None),
    "look-then-hand-over": ("look_then_hand_over", None),
}
ROUNDS_OF_A_LIFE = 25
# The outbox is looked at at the end of a life, and a mistake is to be noticed soon.
ROUNDS_WITH_A_MISTAKE = 5
READY_WITHIN_S = 2.0


def say(text):
    print(f"[torture] {text}", file=sys.stderr, flush=True)


class Run:
    """All that the parts of a campaign share."""

    def __init__(self, args, scratch, store):
        self.args, self.scratch, self.store, self.seed = args, scratch, store, args.seed
        self.control, self.instances, self.is_plain = args.control, args.instances, args.plain
        self.mistake, self.aims = CONTROLS.get(args.control, (None, None))
        self.binary = program(scratch, args.plain)
        self.gateway = Gateway(args.seed)
        self.gateway_port = self.gateway.server_port
        self.retries = bool({"rolling", "upgrade"} & set(args.faults))
        self.disk = self.small = self.gateway_proxy = self.database_proxy = None
        self.history = History(args.history or scratch / "history.jsonl")
        self.verdict = checks.Verdict()
        self.legal = checks.legal_moves(ROOT)
        self.hits, self.aimed_at, self.kills = collections.Counter(), None, 0
        self.ready_s, self.stops_s = [], []
        self.acknowledged = self.unknown = self.replays = self.refused = self.reads = 0
        self.messages = self.duplicates = self.lost_answers = self.crashes = self.rounds = 0
        self.answers, self.kinds = collections.Counter(), collections.Counter()
        self.slowest_s, self.forged = [], 0
        self.forgotten, self.syncs, self.recovered_s, self.readyz = [], 0, [], []
        self.full_refused, self.full_words, self.races, self.won = 0, collections.Counter(), 0, 0
        self.template = Template(self.binary, scratch, store, self.gateway)

    def furnish(self, stack):
        """What the faults need beside the service: a disk, a proxy."""
        faults = self.args.faults
        if "power" in faults:
            self.disk = Disk(self.scratch)
            stack.callback(self.disk.end)
            self.store.folder = self.disk.mount
        if "full" in faults:
            self.small = Small(self.scratch / "small", 24)
            stack.callback(self.small.end)
            self.store.folder = self.small.folder
        if "proxy" in faults:
            self.gateway_proxy = Proxy(("127.0.0.1", self.gateway_port))
            self.gateway_port = self.gateway_proxy.port
            if self.store.kind == "postgres":
                folder = self.scratch / "proxy"
                folder.mkdir()
                self.database_proxy = Proxy(f"{self.store.host}/.s.PGSQL.5432", folder)
                self.database_host = str(folder)

    def place(self, store):
        url = store.fresh(self.template.database)
        return url.replace(store.host, self.database_host) if self.database_proxy else url

    def photos_of(self, number):
        folder = self.scratch / f"photos-{number}"
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


def live(run, number, faults, rounds):
    """One database, a number of rounds; then the outbox is drained and held against what the gateway heard."""
    house = House(run, number)
    chosen = [faults[at % len(faults)] for at in range(rounds)]
    try:
        house.begin(chosen[0].aim())
        for at, fault in enumerate(chosen):
            following = chosen[at + 1] if at + 1 < rounds else None
            one_round(run, house, fault, following)
            if run.control and not run.verdict.is_clean():
                break
        close_books(run, house)
    finally:
        house.end()


def one_round(run, house, fault, following):
    fault.strike(house)
    run.rounds += 1
    armed = following.aim() if following else None
    run.ready_s += [took] if (took := house.revive(armed)) else []
    if isinstance(fault, Term):
        fault.judge(house)
    doubtful = house.resolve()
    house.pass_time()
    run.history.sync()
    stored = checks.check(house.store, list(house.world.intentions), run.legal, run.verdict)
    if isinstance(fault, Power):
        run.verdict.lost += house.look_at_photos()
    say(f"life {house.number} round {run.rounds}: {type(fault).__name__.lower()}, ready in {took:.2f} s, "
        f"{len(house.world.intentions)} intentions, {doubtful} unknown, {sum(stored.counts.values())} rows; "
        f"lost {len(run.verdict.lost)}, doubled {len(run.verdict.doubled)}, wrong {len(run.verdict.wrong)}")


def close_books(run, house):
    house.resolve()
    house.drain(checks.open_messages)
    run.verdict.lost += house.look_at_photos()
    checks.check(house.store, list(house.world.intentions), run.legal, run.verdict)
    workers = 4 * max(1, len(house.services) // 2)
    messages, duplicates = checks.outbox(house.store, list(run.gateway.heard), house.crashes, workers, run.verdict)
    allowed = house.crashes * workers + run.gateway.lost
    if duplicates > allowed:
        run.verdict.wrong.append(f"{duplicates} messages were sent twice; {allowed} can be explained")
    run.messages, run.duplicates, run.crashes = run.messages + messages, run.duplicates + duplicates, run.crashes + house.crashes
    run.lost_answers += run.gateway.lost
    for intention in house.world.intentions:
        run.acknowledged += intention.state == Intention.OK
        run.refused += intention.state == Intention.REFUSED
        run.unknown += intention.was_unknown
        run.replays += intention.replays
        run.kinds[intention.kind] += intention.state == Intention.OK
    run.answers.update(house.world.answers)
    run.reads += house.crowd.reads
    run.forged += house.crowd.forged
    run.verdict.wrong += house.crowd.complaints
    for service in house.services:
        run.verdict.wrong += [f"{service.name}: {line}" for line in service.panics()]


def vacuous(run):
    """Why a run without findings proves nothing."""
    reasons = []
    if run.acknowledged < 10 * run.rounds:
        reasons.append(f"only {run.acknowledged} acknowledged changes in {run.rounds} rounds")
    if "kill" in run.args.faults and run.unknown < run.rounds / (10 if run.is_plain else 2):
        reasons.append(f"only {run.unknown} changes in doubt in {run.rounds} rounds")
    if "kill" in run.args.faults and not run.is_plain and run.rounds >= 8:
        least = 5 if run.rounds >= 100 else 1
        reasons += [f"the moment {name} was hit {run.hits[name]} times" for name in (run.aims or ["before_commit", "after_commit", "after_send", "mid_import"]) if run.hits[name] < least]
    missing = [kind for kind in ("place", "receive", "arrive", "pay", "hand_over", "correct", "quote", "import", "photo") if not run.kinds[kind]]
    if missing and run.rounds >= 20:
        reasons.append(f"nobody managed to {', '.join(missing)}")
    if run.disk and not sum(run.forgotten):
        reasons.append("no power failure made the disk forget anything")
    if "race" in run.args.faults and run.won < run.rounds:
        reasons.append(f"only {run.won} orders were handed over in {run.races} races")
    if "full" in run.args.faults and not run.full_refused:
        reasons.append("a full disk refused nothing")
    return reasons


def report(run):
    told = run.ready_s or [0.0]
    say(f"seed {run.seed}; {run.rounds} rounds, {run.kills} processes ended from outside, {sum(run.hits.values())} at named moments {dict(run.hits)}")
    say(f"ready again: p50 {statistics.median(told):.2f} s, longest {max(told):.2f} s" +
        (f"; stopping: p50 {statistics.median(run.stops_s):.2f} s, longest {max(run.stops_s):.2f} s" if run.stops_s else ""))
    say(f"{run.reads} look-ups, {run.acknowledged} changes acknowledged, {run.refused} refused, {run.unknown} in doubt, {run.replays} sent again, {run.forged} keys tried for something else; by kind {dict(run.kinds)}")
    say(f"{run.messages} messages, {run.duplicates} of them heard twice ({run.lost_answers} answers of the gateway lost, {run.crashes} crashes)")
    if run.disk:
        say(f"pages that the disk forgot: p50 {statistics.median(run.forgotten)}, most {max(run.forgotten)}; {run.syncs} syncs")
    if run.recovered_s:
        say(f"the longest wait for an answer meanwhile: p50 {statistics.median(run.slowest_s):.2f} s, longest {max(run.slowest_s):.2f} s")
        say(f"ready after a dependency came back: p50 {statistics.median(run.recovered_s):.2f} s, longest {max(run.recovered_s):.2f} s; "
            f"/readyz while the database was cut: {collections.Counter(status for status, _ in run.readyz)}, longest {max((took for _, took in run.readyz), default=0):.2f} s")
    if run.small:
        say(f"{run.full_refused} requests refused by a full disk: {dict(run.full_words)}")
    if run.races:
        say(f"{run.races} races, {run.won} hand-overs")
    say(f"answers: {dict(sorted(collections.Counter({status: sum(count for (_, told), count in run.answers.items() if told == status) for _, status in run.answers}).items()))}")
    for word, found in (("lost", run.verdict.lost), ("doubled", run.verdict.doubled), ("wrong", run.verdict.wrong)):
        for line in found[:8]:
            say(f"{word}: {line}")


def result(run):
    reasons = vacuous(run)
    late = [took for took in run.ready_s if took > run.args.ready_within]
    if run.args.control:
        caught = not run.verdict.is_clean()
        print(f"control {run.args.control}: {'caught' if caught else 'NOT CAUGHT'} after {run.rounds} rounds")
    for reason in reasons if not run.args.control else []:
        say(f"vacuous: {reason}")
    lost, doubled, wrong = run.verdict.lost, run.verdict.doubled, run.verdict.wrong
    if late:
        say(f"{len(late)} of {len(run.ready_s)} starts took longer than {run.args.ready_within} s")
    if wrong:
        say(f"{len(wrong)} things wrong beside what is lost or doubled")
    print(f"rounds {run.rounds}, acknowledged {run.acknowledged}, lost {len(lost)}, doubled {len(doubled)}, unknown {run.unknown}")
    if run.args.control:
        return 0 if caught else 1
    return 0 if run.verdict.is_clean() and not reasons and not late else 1


def main(parser):
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--faults", default="kill", help=f"comma-separated: {', '.join(FAULTS)}")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--instances", type=int, default=1, help="PostgreSQL: so many `serve` and as many `worker` processes")
    parser.add_argument("--control", choices=sorted(CONTROLS), help="a mistake that has to be noticed")
    parser.add_argument("--plain", action="store_true", help="a build without named moments")
    parser.add_argument("--ready-within", type=float, default=READY_WITHIN_S, help="seconds from a start to the first answer (2)")
    parser.add_argument("--away", type=float, default=2.0, help="seconds that a dependency is away at most (2)")
    parser.add_argument("--history", help="keep the history in this file")
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs and history behind")
    args = parser.parse_args()
    args.faults = args.faults.split(",")
    if args.control == "no-wait-for-the-disk" and args.faults != ["order"]:
        args.faults = ["power"]
    if args.control == "look-then-hand-over":
        args.faults = ["race"]
    if args.database == "postgres" and set(args.faults) & {"rolling", "upgrade", "race"}:
        args.instances = max(2, args.instances)
    if args.database == "postgres" and set(args.faults) & {"power", "full", "order"} or args.database == "sqlite" and set(args.faults) & {"rolling", "upgrade"}:
        parser.error("power, order and full are for SQLite, rolling and upgrade are for PostgreSQL")
    if "power" in args.faults and not is_possible():
        sys.exit("torture: FUSE IS MISSING: no power failure can be played here; scripts/torture --faults order checks by strace instead")
    if unknown := set(args.faults) - set(FAULTS) - {"order"}:
        parser.error(f"no such fault: {', '.join(unknown)}")
    say(f"seed {args.seed}")
    # Whoever stops the run does not leave a service behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="torugart-torture-"))
    scratch.chmod(0o755)
    try:
        with contextlib.ExitStack() as stack:
            return campaign(args, scratch, stack)
    finally:
        if args.keep:
            say(f"everything is in {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


def watch(args, scratch, store):
    """The check by strace: each round is one change."""
    mistake = CONTROLS.get(args.control, (None, None))[0]
    acknowledged, answered, early, synced = order.run(program(scratch, args.plain), scratch, store, Gateway(args.seed), mistake, args.rounds)
    say(f"{answered} answers seen, {synced} syncs of the log, {early} answers before the log was synced")
    is_vacuous = answered < args.rounds or acknowledged < args.rounds
    if is_vacuous:
        say(f"vacuous: {acknowledged} changes acknowledged and {answered} seen of {args.rounds}")
    if args.control:
        print(f"control {args.control}: {'caught' if early else 'NOT CAUGHT'} after {args.rounds} rounds")
    print(f"rounds {args.rounds}, acknowledged {acknowledged}, lost {early}, doubled 0, unknown 0")
    return 0 if bool(early) == bool(args.control) and not is_vacuous else 1


def campaign(args, scratch, stack):
    if args.database == "postgres":
        cluster = stack.enter_context(measure.postgres(scratch))
        if not cluster:
            sys.exit("torture: PostgreSQL's programs are missing")
        store = Postgres(scratch, cluster[0], measure.newest_postgres())
    else:
        store = Sqlite(scratch)
    if args.faults == ["order"]:
        return watch(args, scratch, store)
    run = Run(args, scratch, store)
    run.furnish(stack)
    chance = random.Random(args.seed)
    faults = [FAULTS[name](run, chance) for name in args.faults]
    left, life = args.rounds, 0
    while left > 0 and not (args.control and not run.verdict.is_clean()):
        life += 1
        rounds = min(left, ROUNDS_WITH_A_MISTAKE if args.control else ROUNDS_OF_A_LIFE)
        live(run, life, faults, rounds)
        left -= rounds
    report(run)
    return result(run)
