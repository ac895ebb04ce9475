"""What a campaign did, what it found, and whether enough happened to prove anything."""

import collections
import statistics
import sys

from .race import KINDS


def say(text):
    print(f"[torture] {text}", file=sys.stderr, flush=True)


def vacuous(run):
    """Why a run without findings proves nothing."""
    reasons = []
    if run.acknowledged < 10 * run.rounds:
        reasons.append(f"only {run.acknowledged} acknowledged changes in {run.rounds} rounds")
    if "kill" in run.args.faults and run.unknown < run.rounds / (10 if run.is_plain else 2):
        reasons.append(f"only {run.unknown} changes in doubt in {run.rounds} rounds")
    if {"kill", "intent"} & set(run.args.faults) and not run.is_plain and run.rounds >= 8:
        least = 5 if run.rounds >= 100 else 1
        reasons += [f"the moment {name} was hit {run.hits[name]} times" for name in (run.aims or ["before_commit", "after_commit", "after_send", "mid_import"]) if run.hits[name] < least]
    missing = [kind for kind in ("place", "receive", "arrive", "pay", "hand_over", "correct", "quote", "import", "photo") if not run.kinds[kind]]
    if missing and run.rounds >= 20 and set(run.args.faults) - {"intent", "race"}:
        reasons.append(f"nobody managed to {', '.join(missing)}")
    if run.disk and not sum(run.forgotten):
        reasons.append("no power failure made the disk forget anything")
    if "race" in run.args.faults:
        reasons += [f"nobody raced for a {kind}" for kind in KINDS if not run.raced[kind]]
        if run.contended < sum(run.raced.values()) / 2:
            reasons.append(f"in only {run.contended} of {sum(run.raced.values())} races somebody was beside the winner")
    if "intent" in run.args.faults:
        reasons += lacking(run)
    # On the disk that forgets, the watcher reads only while people work.
    if run.snapshots < run.watched_s / 2 or run.snapshots < run.rounds or not run.journals:
        reasons.append(f"only {run.snapshots} looks at the books in {run.watched_s:.0f} s, {run.journals} journals")
    if "full" in run.args.faults and not run.full_refused:
        reasons.append("a full disk refused nothing")
    if run.mail and run.rounds >= 8 and not run.letters:
        reasons.append("no letter was sent")
    if run.database_proxy and run.rounds >= 3 and not any(status == 503 for status, _ in run.readyz):
        reasons.append("/readyz never turned red")
    if run.shelf and not run.photos_refused:
        reasons.append("no photo was refused")
    if "send" in run.args.faults and run.rounds >= 60:
        reasons += [f"the gateway never said {status}" for status in list(range(12)) if not run.gateway.said[str(status)]]
    return reasons


def lacking(run):
    """What repeats have to meet before they prove anything."""
    met = {"a repeat that was answered again": run.replays, "an intention in doubt": run.unknown,
           "a request in flight": run.seen["same", 409], "another body that was refused": run.seen["other", 422],
           "a request without a key": run.seen["no key", 400], "an answer that a crash took": run.seen["same", "none"]}
    return [f"{count} times {name}" for name, count in met.items() if count < max(1, run.rounds / 10)]


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
            f"/readyz meanwhile: {collections.Counter(status for status, _ in run.readyz)}, longest {max((took for _, took in run.readyz), default=0):.2f} s")
    if run.probed:
        say(f"asked while a dependency was away: {dict(run.probed)}; {run.letters} letters")
    if "send" in run.args.faults:
        say(f"what the gateway said: {dict(run.gateway.said)}")
    if run.clock:
        say(f"{run.signed_out} answers that a token is not valid or a tariff not in force, by a clock that went back")
    if run.shelf:
        say(f"{run.photos_refused} photos refused while the store could only be read")
    if run.small:
        say(f"{run.full_refused} requests refused by a full disk: {dict(run.full_words)}")
    say(f"{run.snapshots} looks at the books in {run.watched_s:.0f} s of work, {run.looked_in_vain} in vain, longest without {run.unwatched_s:.1f} s; "
        f"{run.journals} journals seen, their chain verified {run.verified} times")
    if run.intentions:
        say(f"{run.intentions} intentions to pay, sent {run.sends} times: "
            + ", ".join(f"{kind} {status}: {count}" for (kind, status), count in sorted(run.seen.items(), key=str)))
    if run.raced:
        say(f"races: {dict(run.raced)}, {run.rivals} rivals; in {run.contended} somebody was under way beside the winner")
    say(f"answers: {dict(sorted(collections.Counter({status: sum(count for (_, told), count in run.answers.items() if told == status) for _, status in run.answers}).items()))}")


def result(run):
    reasons = vacuous(run)
    late = [took for took in run.ready_s if took > run.args.ready_within]
    if run.args.control:
        caught = run.is_caught()
        print(f"control {run.args.control}: {'caught' if caught else 'NOT CAUGHT'} after {run.rounds} rounds")
    for reason in reasons if not run.args.control else []:
        say(f"vacuous: {reason}")
    lost, doubled, wrong = run.verdict.lost, run.verdict.doubled, run.verdict.wrong
    if late:
        say(f"{len(late)} of {len(run.ready_s)} starts took longer than {run.args.ready_within} s")
    if wrong:
        say(f"{len(wrong)} things wrong beside what is lost or doubled")
    sent = f", intentions {run.intentions}, sent {run.sends}" if run.intentions else ""
    sent += f", races {sum(run.raced.values())}, rivals {run.rivals}" if run.raced else ""
    print(f"rounds {run.rounds}, acknowledged {run.acknowledged}, lost {len(lost)}, doubled {len(doubled)}, unknown {run.unknown}{sent}")
    if run.args.control:
        return 0 if caught else 1
    return 0 if run.verdict.is_clean() and not reasons and not late else 1
