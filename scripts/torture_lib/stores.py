"""What is really stored, read beside the service: the same questions to both databases."""

import json
import pathlib
import re
import shutil
import sqlite3
import subprocess


class Away(SystemExit):
    """The database does not answer."""


class Sqlite:
    kind, processes, cluster = "sqlite", 1, None

    def __init__(self, scratch):
        self.scratch, self.number = scratch, 0
        self.folder = scratch

    def fresh(self, template=None):
        """A new database, empty or with what another one holds."""
        self.number += 1
        self.path = pathlib.Path(self.folder) / f"life-{self.number}" / "torugart.db"
        self.path.parent.mkdir()
        if template:
            shutil.copy(template, self.path)
        self.url = f"sqlite://{self.path}"
        return self.url

    def keep_as_template(self):
        """Once nobody uses it; the write-ahead log is folded in by opening it."""
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        template = self.scratch / "template.db"
        shutil.copy(self.path, template)
        return template

    def drop(self):
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def run(self, statement):
        connection = sqlite3.connect(self.path, timeout=20)
        with connection:
            connection.execute(statement)
        connection.close()

    def script(self, text):
        connection = sqlite3.connect(self.path, timeout=20)
        connection.executescript(text)
        connection.close()

    def ask(self, queries):
        """Rows of several questions, all answered in one snapshot."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20, isolation_level=None)
        try:
            connection.execute("BEGIN")
            return [connection.execute(query).fetchall() for query in queries]
        finally:
            connection.close()

    def damage(self):
        integrity, strangers = self.ask(["PRAGMA integrity_check", "PRAGMA foreign_key_check"])
        found = [f"integrity_check: {row[0]}" for row in integrity if row[0] != "ok"]
        return found + [f"foreign_key_check: {row}" for row in strangers]


class Postgres:
    kind, processes = "postgres", 2

    def __init__(self, scratch, cluster):
        self.scratch, self.cluster, self.folder, self.number = scratch, cluster, scratch, 0
        self.host = str(cluster.sockets)

    def psql(self, name, text):
        command = [f"{self.cluster.folder}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-U", "torugart"]
        done = subprocess.run([*command, "-d", name], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Away(f"torture: psql: {done.stderr[:1000]}")
        return done.stdout

    def fresh(self, template=None):
        self.number += 1
        self.name = f"life_{self.number}"
        self.psql("postgres", f"CREATE DATABASE {self.name}" + (f" TEMPLATE {template}" if template else ""))
        self.url = f"postgres://torugart@/{self.name}?host={self.host}"
        return self.url

    def keep_as_template(self):
        return self.name

    def drop(self):
        self.psql("postgres", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def run(self, statement):
        self.psql(self.name, statement)

    script = run

    def ask(self, queries):
        wrapped = "".join(
            f"SELECT coalesce(jsonb_agg(jsonb_build_array({','.join('r.c' + str(at) for at in range(width(query)))})), '[]') "
            f"FROM ({query}) AS r({','.join('c' + str(at) for at in range(width(query)))});\n" for query in queries)
        told = self.psql(self.name, f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{wrapped}COMMIT;\n")
        return [[tuple(row) for row in json.loads(line)] for line in told.splitlines()]

    def damage(self):
        """Its pages are read only where they could have been torn: that takes a second or two."""
        return self.cluster.damage(self.name) if self.cluster.may_forget else []


def width(query):
    """How many columns a question has: its commas before FROM that stand in no parentheses."""
    head, depth, count = query[: re.search(r"\bFROM\b", query).start()], 0, 1
    for letter in head:
        depth += (letter == "(") - (letter == ")")
        count += letter == "," and depth == 0
    return count
