"""Accounts, passwords, tokens, sessions and pauses by themselves, and the command zhibiao users."""

import json
import os
import stat
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.web import changing, passwords
from pipeline.web.accounts import AccountError, Accounts
from pipeline.web.attempts import FREE, MOST, Attempts
from pipeline.web.gate import unlocked
from pipeline.web.sessions import IDLE, LONGEST, MOST_EACH, Sessions
from pipeline.web.settings import Settings

GOOD = "correct horse battery"


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.change(lambda people: changing.adding(people, "王芳", "admin", GOOD))
    return accounts


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_passwords_are_salted_slow_and_recognised():
    first, second = passwords.hashed(GOOD), passwords.hashed(GOOD)
    assert first != second and GOOD not in first
    assert passwords.agrees(GOOD, first) and not passwords.agrees(GOOD + "x", first) and not passwords.agrees(GOOD, None)
    assert passwords.agrees("ｃorrect horse battery", first)  # the same password by another input method


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaaaa", "12345678901234", "qwertyuiopasdf", "x" * 300, "wangfang12", "bob.smith.bob.smith"])
def test_weak_passwords_are_refused(weak):
    assert passwords.weakness(weak, "bob.smith")


def test_the_file_is_for_its_owner_alone_and_written_whole(accounts):
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert GOOD not in accounts.path.read_text("utf-8")
    assert {path.name for path in accounts.path.parent.iterdir()} == {"accounts.json", "accounts.json.lock"}
    os.chmod(accounts.path, 0o640)
    with pytest.raises(AccountError, match="chmod 600"):
        accounts.read()
    with pytest.raises(AccountError, match="chmod 600"):
        Accounts(accounts.path).read()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 1}', '{"version": 1, "accounts": [{}]}', '{"version": 1, "accounts": [1]}', "[" * 100_000, "\0"]
)
def test_a_damaged_file_lets_nobody_in(tmp_path, text):
    path = tmp_path / "accounts.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AccountError, match="damaged"):
        Accounts(path).read()


@pytest.mark.parametrize(
    "change", [{"role": "root"}, {"password": "plain"}, {"password": "scrypt$1073741824$8$1$AAAA$AAAA"}, {"disabled": "no"}, {"name": ""}]
)
def test_a_changed_entry_is_damage(accounts, change):
    read = json.loads(accounts.path.read_text("utf-8"))
    read["accounts"][0] |= change
    accounts.path.write_text(json.dumps(read))
    with pytest.raises(AccountError, match="damaged"):
        accounts.read()


@pytest.mark.parametrize("name", ["", "a b", "../x", "a\n", "<b>", "a/b", "x" * 65, "王\u202e芳", "王芳", "ＷＡＮＧ\0"])
def test_names_that_are_refused(accounts, name):
    with pytest.raises(AccountError):
        accounts.change(lambda people: changing.adding(people, name, "reader", GOOD))


def test_names_that_look_alike_are_one(accounts):
    accounts.change(lambda people: changing.adding(people, "Bob", "reader", GOOD))
    for name in ("bob", "ＢＯＢ"):
        with pytest.raises(AccountError, match="looks like"):
            accounts.change(lambda people, name=name: changing.adding(people, name, "reader", GOOD))


def test_an_admin_always_remains(accounts):
    accounts.change(lambda people: changing.adding(people, "bob", "reader", GOOD))
    for change in (
        lambda people: changing.removing(people, "王芳"),
        lambda people: changing.altering(people, "王芳", disabled=True),
        lambda people: changing.altering(people, "王芳", role="reader"),
    ):
        with pytest.raises(AccountError, match="last admin"):
            accounts.change(change)
    assert accounts.read()["王芳"].role == "admin"


def test_tokens_are_random_kept_as_digests_and_never_above_their_account(accounts):
    keys = []

    def change(people):
        for label in ("one", "two"):
            people, key = changing.issuing(people, "王芳", label, "reader", 5)
            keys.append(key)
        return people

    accounts.change(change)
    assert len(set(keys)) == 2 and all(len(key) >= 46 and key not in accounts.path.read_text("utf-8") for key in keys)
    token = accounts.read()["王芳"].tokens[0]
    assert not token.stale(changing.today() + timedelta(5)) and token.stale(changing.today() + timedelta(6))
    accounts.change(lambda people: changing.adding(people, "bob", "reader", GOOD))
    with pytest.raises(AccountError, match="not do more"):
        accounts.change(lambda people: changing.issuing(people, "bob", "x", "admin")[0])
    accounts.change(lambda people: changing.revoking(people, "王芳", "one"))
    assert [one.name for one in accounts.read()["王芳"].tokens] == ["two"]


def test_sessions_end_when_idle_and_in_any_case():
    clock = Clock()
    sessions = Sessions(clock)
    idle, busy = sessions.open("a", "p"), sessions.open("b", "p")
    for _ in range(int(LONGEST // (IDLE / 2))):
        clock.now += IDLE / 2
        assert sessions.find(busy)
    assert sessions.find(idle) is None
    clock.now += 10
    assert sessions.find(busy) is None


def test_sessions_are_bounded_and_their_ids_are_not_kept():
    sessions = Sessions()
    made = [sessions.open("a", "p") for _ in range(MOST_EACH + 3)]
    assert [sessions.find(one) is not None for one in made] == [False] * 3 + [True] * MOST_EACH
    assert sessions.find("") is None and not any(one in sessions._kept for one in made)


def test_pauses_grow_and_are_forgotten():
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for n in range(FREE["both"][0] + 5):
        assert attempts.begin("10.0.0.1", "bob") == 0
        wait = attempts.begin("10.0.0.1", "bob") if n >= FREE["both"][0] else 0
        waits += [wait] if wait else []
        clock.now += wait
    assert len(waits) == 5 and waits == sorted(waits) and waits[-1] >= 8 * waits[0] > 0
    assert attempts.begin("10.0.0.2", "bob") == 0  # the owner elsewhere still gets in
    clock.now += 5000
    assert attempts.begin("10.0.0.1", "bob") == 0


def test_an_address_that_tries_many_names_pauses_too():
    attempts = Attempts(Clock())
    tries = [attempts.begin(f"2001:db8::{n:x}", f"name{n}") for n in range(FREE["address"][0] + 2)]
    assert tries[0] == 0 and tries[-1] > 0  # addresses of one IPv6 network are one


def test_what_is_remembered_of_tries_is_bounded():
    attempts = Attempts(Clock())
    for n in range(MOST):
        attempts.begin(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", "x" * 100_000 if n < 3 else f"n{n}")
    assert len(attempts._kept) <= MOST


def test_the_command(tmp_path):
    def users(*words, typed="", status=0):
        done = CliRunner().invoke(app, ["users", *words, "--accounts", str(tmp_path / "a.json")], input=typed)
        assert done.exit_code == status, done.output
        return done

    users("add", "王芳", "--role", "admin", typed=GOOD + "\n")
    users("add", "bob", typed="short\n", status=1)
    users("add", "bob", typed=GOOD + "\n")
    key = users("token", "bob", "--name", "BI").stdout.strip()
    listed = [json.loads(line) for line in users("list").stdout.splitlines()]
    assert [one["name"] for one in listed] == ["王芳", "bob"] and listed[1]["tokens"][0]["name"] == "BI"
    assert "scrypt" not in users("list").output and key.startswith("zb_") and key not in users("list").output
    users("disable", "bob")
    users("password", "bob", typed=GOOD + " new\n")
    bob = Accounts(tmp_path / "a.json").read()["bob"]
    assert bob.disabled and passwords.agrees(GOOD + " new", bob.password)
    users("disable", "bob", "--undo")
    users("role", "bob", "reviewer")
    users("token", "bob", "--name", "BI", "--revoke")
    users("remove", "王芳", status=1)
    users("remove", "bob")


@pytest.mark.parametrize("shared", [{"host": "0.0.0.0"}, {"host": "192.0.2.1"}, {"hosts": ("plans.example",)}, {"secure": True}])
def test_a_server_that_others_reach_needs_an_admin(tmp_path, shared):
    settings = Settings("sqlite://", tmp_path, **shared)
    assert "zhibiao users add NAME --role admin --accounts" in unlocked(settings)
    Accounts(settings.accounts_file).change(lambda people: changing.adding(people, "a", "admin", GOOD))
    assert unlocked(settings) is None
    assert unlocked(Settings("sqlite://", tmp_path / "other")) is None
