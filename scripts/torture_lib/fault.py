"""What all faults have in common: the run that they belong to, and their own chances."""


class Fault:
    def __init__(self, run, chance):
        self.run, self.chance = run, chance

    def aim(self):
        """No named moment: this fault comes from outside."""
        self.run.aimed_at = None
