"""Instances are restarted one after the other under load, and nobody's change fails; nor when a new version's tables come."""

import time

from .fault import Fault
from .history import Intention
from .kill import work

# What a next version may bring while this one serves: things added, with defaults. What it takes away goes one version later,
# when nobody asks for it any more.
EXPAND = """SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN next_version TEXT NOT NULL DEFAULT 'yes';
CREATE TABLE next_version (id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id));
CREATE INDEX next_version_by_order ON next_version (order_id);
INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000');"""
CONTRACT = """SET lock_timeout = '2s';
DROP TABLE next_version;
ALTER TABLE orders DROP COLUMN next_version;
DELETE FROM __diesel_schema_migrations WHERE version = '99991231000000';"""


class Rolling(Fault):
    """Whoever is not heard by one instance asks the other with the same key, as a proxy in front of them would let them."""

    def strike(self, house):
        work(house, self.chance, (0.1, 0.4))
        self.restart_all(house)
        house.crowd.halt()
        self.judge(house, "rolling")

    def restart_all(self, house):
        for service in house.services:
            self.run.stops_s.append(service.stop())
            self.run.kills += 1
            if service.process.returncode != 0:
                self.run.verdict.wrong.append(f"SIGTERM ended {service.name} with {service.process.returncode}")
            service.start()
            if service in house.front and service.ready_s() is None:
                self.run.verdict.wrong.append(f"{service.name} does not start")
            time.sleep(self.chance.uniform(0.1, 0.3))

    def judge(self, house, kind):
        self.run.history.write("fault", life=house.number, kind=kind, point="all", t=time.time())
        failed = [intention for intention in house.world.intentions if intention.state in (Intention.UNKNOWN, Intention.UNSENT)]
        self.run.verdict.wrong += [f"{kind} was noticed: {intention}" for intention in failed]
        self.run.verdict.wrong += [f"{kind} was noticed: {failure}" for failure in house.crowd.failures]


class Upgrade(Rolling):
    """The next version's tables come while this version serves, its instances are restarted, and what is old goes."""

    def strike(self, house):
        work(house, self.chance, (0.1, 0.4))
        house.store.run(EXPAND)
        time.sleep(self.chance.uniform(0.3, 0.6))
        if house.front[0].status("/readyz") != 200:
            self.run.verdict.wrong.append("not ready beside a database that is one step ahead")
        self.restart_all(house)
        house.store.run(CONTRACT)
        time.sleep(self.chance.uniform(0.3, 0.6))
        house.crowd.halt()
        self.judge(house, "an upgrade")
