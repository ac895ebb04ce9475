"""Looks at what a mail server kept of an arrival, for scripts/mta.

    mta_check.py delivered DATABASE MAILDIR PUBLIC_KEY    the letter is there, and every part of it is as it must be
    mta_check.py refused DATABASE MAILDIR                 the letter was tried, and is not there
"""

import email
import email.policy
import email.utils
import pathlib
import re
import sqlite3
import sys
import time

PATIENCE_S = 60


def arrival(database):
    """Identifier, subject and text of the mail about the arrival."""
    return ask(database, "SELECT message_id, subject, body FROM notifications "
                         "WHERE event = 'order-arrived' AND channel = 'email'")[0]


def ask(database, question):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(question).fetchall()


def letters(maildir):
    return {path: path.read_bytes() for path in pathlib.Path(maildir).glob("new/*")}


def wait(what):
    until = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)
    return found


def delivered(database, maildir, public_key):
    import dkim

    message_id, subject, text = arrival(database)
    named = f"<{message_id}@example.kg>".encode()
    raw = wait(lambda: next((raw for raw in letters(maildir).values() if named in raw), None))
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert not letter.defects, letter.defects
    received = letter["Received"]
    assert re.search(r"TLSv1\.[23].*with ESMTPS", received, re.S), received
    assert letter["From"].addresses[0].addr_spec == "cargo@example.kg", letter["From"]
    assert letter["From"].addresses[0].display_name == "Торугарт Карго", letter["From"]
    assert [to.addr_spec for to in letter["To"].addresses] == ["aigul@example.com"], letter["To"]
    assert letter["Subject"] == subject, letter["Subject"]
    age = time.time() - email.utils.parsedate_to_datetime(letter["Date"]).timestamp()
    assert -60 < age < 600, letter["Date"]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None, "nobody can do without this one"
    kinds = [(part.get_content_type(), part.get_content_charset()) for part in letter.walk()]
    assert kinds == [("multipart/alternative", None), ("text/plain", "utf-8"), ("text/html", "utf-8")], kinds
    plain, html = (part.get_content() for part in letter.iter_parts())
    assert plain.strip().splitlines() == text.strip().splitlines(), plain
    assert '<html lang="ru">' in html and "Айгуль Садыкова" in html, html
    assert all(len(line) <= 998 for line in raw.splitlines())
    key = pathlib.Path(public_key).read_text()
    wire = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    names = []

    def dns(name, timeout=5):
        names.append(name)
        return f"v=DKIM1; k=rsa; p={key}".encode()

    assert dkim.verify(wire, dnsfunc=dns), "the signature does not fit"
    assert names == [b"mta._domainkey.example.kg."], names
    print(f"an arrival in {len(raw)} bytes came over TLS, whole and signed", end="")


def refused(database, maildir):
    tried = "SELECT state, last_error FROM notifications WHERE channel = 'email' AND last_error IS NOT NULL"
    # The letters to one address keep their order, so the first one holds the others back.
    state, error = wait(lambda: ask(database, tried))[0]
    assert state == "pending" and re.search("certificate", error, re.I), (state, error)
    ours = [message_id for message_id, in ask(database, "SELECT message_id FROM notifications WHERE channel = 'email'")]
    assert len(ours) > 1 and not any(name.encode() in raw for raw in letters(maildir).values() for name in ours)
    print("to a server with a strange certificate nothing went", end="")


if __name__ == "__main__":
    {"delivered": delivered, "refused": refused}[sys.argv[1]](*sys.argv[2:])
