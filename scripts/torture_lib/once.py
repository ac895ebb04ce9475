"""A register that can be taken once: who tried when, what each was told, and whether one order of events explains it all."""

from datetime import datetime

WON, LOST, UNKNOWN = "won", "lost", "unknown"
# The moment of a transaction is cut to microseconds.
CUT_S = 0.001


class Try:
    def __init__(self, told, outcome, moment=None):
        self.began, self.ended, self.outcome, self.moment = told.began, told.ended, outcome, moment


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def doubled(tries):
    return sum(one.outcome == WON for one in tries) > 1


def contradictions(tries):
    """Why no order of these tries, each at one moment between its question and its answer, is that of a once-only register.

    It is linearizable exactly when one try took it and nobody was told "already" before that try had begun. A try that nobody
    knows the end of may have taken it, too.
    """
    found = []
    candidates = [one for one in tries if one.outcome == WON] or [one for one in tries if one.outcome == UNKNOWN]
    if not candidates:
        return ["everybody was told that it is gone, and nobody has it"]
    began = min(one.began for one in candidates)
    early = [one for one in tries if one.outcome == LOST and one.ended < began]
    found += [f"{len(early)} were told that it is gone before anybody took it"] if early else []
    winner = candidates[0]
    if winner.moment is not None:
        named = {one.moment for one in tries if one.outcome == LOST and one.moment is not None}
        found += [f"a loser was told {other}, it was at {winner.moment}" for other in named if instant(other) != instant(winner.moment)]
        if not winner.began - CUT_S <= instant(winner.moment) <= winner.ended + CUT_S:
            found.append(f"it was taken at {winner.moment}, which is not while its taker waited for the answer")
    return found


def is_contended(tries):
    """Whether at least two of them were under way at the same time as the one that took it."""
    winner = next((one for one in tries if one.outcome == WON), None)
    return winner is not None and any(one is not winner and one.began < winner.ended and winner.began < one.ended for one in tries)
