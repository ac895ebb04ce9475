"""Rounds of work and faults, one life after the other."""

import contextlib
import pathlib
import random
import shutil
import signal
import sys
import tempfile

from . import checks, clock, order
from .clock import Clock
from .cluster import Cluster
from .cuts import Cuts
from .full import Full
from .gateway import Gateway
from .history import Intention
from .house import House
from .intent import Intent
from .kill import Kill, Term
from .power import Disk, Power, is_possible
from .race import Race
from .report import report, result, say
from .rolling import Rolling, Upgrade
from .readonly import ReadOnly
from .run import CONTROLS, Run, program
from .send import Send
from .stores import Postgres, Sqlite
from .watcher import TAMPER, tamper

FAULTS = {"kill": Kill, "term": Term, "power": Power, "proxy": Cuts, "full": Full, "rolling": Rolling, "upgrade": Upgrade, "race": Race,
          "intent": Intent, "send": Send, "readonly": ReadOnly, "clock": Clock}
ROUNDS_OF_A_LIFE = 25
# The outbox is looked at at the end of a life, and a mistake is to be noticed soon.
ROUNDS_WITH_A_MISTAKE = 5
READY_WITHIN_S = 2.0


def live(run, number, faults, rounds):
    """One database, a number of rounds; then the outbox is drained and held against what the gateway heard."""
    house = House(run, number)
    chosen = [faults[at % len(faults)] for at in range(rounds)]
    try:
        house.begin(chosen[0].aim())
        for at, fault in enumerate(chosen):
            following = chosen[at + 1] if at + 1 < rounds else None
            one_round(run, house, fault, following)
            if run.is_caught():
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
    if run.control in TAMPER:
        tamper(house, run.control)
    house.watcher.verify()
    run.history.sync()
    stored = checks.check(house.store, list(house.world.intentions), run.legal, run.verdict)
    if isinstance(fault, Power):
        run.verdict.lost += house.look_at_photos()
    say(f"life {house.number} round {run.rounds}: {type(fault).__name__.lower()}, ready in {took:.2f} s, "
        f"{len(house.world.intentions)} intentions, {doubtful} unknown, {sum(stored.counts.values())} rows; "
        f"lost {len(run.verdict.lost)}, doubled {len(run.verdict.doubled)}, wrong {len(run.verdict.wrong)}")
    for line in run.verdict.news():
        say(line)


def close_books(run, house):
    house.resolve()
    house.drain(checks.open_messages)
    house.watcher.verify()
    run.verdict.lost += house.look_at_photos()
    checks.check(house.store, list(house.world.intentions), run.legal, run.verdict)
    messages, duplicates = checks.outbox(house.store, list(run.gateway.heard), run.gateway.refused, run.verdict)
    allowed = house.crashes * house.senders + run.gateway.lost
    if duplicates > allowed:
        run.verdict.wrong.append(f"{duplicates} messages were sent twice; {allowed} can be explained")
    run.messages, run.duplicates, run.crashes = run.messages + messages, run.duplicates + duplicates, run.crashes + house.crashes
    if run.mail:
        run.letters += checks.letters(house.store, list(run.mail.letters), run.verdict)
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
    run.verdict.wrong += clock.set_apart(run, house.crowd.complaints) if run.clock else house.crowd.complaints
    for service in house.services:
        run.verdict.wrong += [f"{service.name}: {line}" for line in service.panics()]
    for line in run.verdict.news():
        say(line)


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
    if args.control == "wait-for-ever":
        args.faults = ["proxy"]
        args.away = max(args.away, 10.0)
    if args.control == "new-id-per-try":
        args.faults = ["send"]
    if args.database == "postgres" and set(args.faults) & {"rolling", "upgrade", "race", "intent"}:
        args.instances = max(2, args.instances)
    if args.database == "postgres" and set(args.faults) & {"full", "order"} or args.database == "sqlite" and set(args.faults) & {"rolling", "upgrade"}:
        parser.error("order and full are for SQLite, rolling and upgrade are for PostgreSQL")
    if "power" in args.faults and not is_possible():
        sys.exit("torture: FUSE IS MISSING: no power failure can be played here; scripts/torture --faults order checks by strace instead")
    if "clock" in args.faults and not clock.library():
        sys.exit("torture: LIBFAKETIME IS MISSING: no clock can jump here (Debian's package is `faketime`)")
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
    mistake = CONTROLS[args.control][0] if args.control else None
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
    disk = Disk(scratch) if "power" in args.faults else None
    if disk:
        stack.callback(disk.end)
    if args.database == "postgres":
        cluster = Cluster(scratch, disk)
        stack.callback(cluster.end)
        store = Postgres(scratch, cluster)
    else:
        store = Sqlite(scratch)
    if args.faults == ["order"]:
        return watch(args, scratch, store)
    run = Run(args, scratch, store, disk)
    run.furnish(stack)
    chance = random.Random(args.seed)
    faults = [FAULTS[name](run, chance) for name in args.faults]
    left, life = args.rounds, 0
    while left > 0 and not run.is_caught():
        life += 1
        rounds = min(left, ROUNDS_WITH_A_MISTAKE if args.control else ROUNDS_OF_A_LIFE)
        live(run, life, faults, rounds)
        left -= rounds
    report(run)
    return result(run)
