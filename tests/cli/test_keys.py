"""`keys`: the secret is told once, alone, and never again."""

import re


def create(cli, name: str, role: str = "viewer") -> str:
    done = cli("keys", "create", "--name", name, "--role", role)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"[A-Za-z0-9_.-]{40,}\n", done.stdout)
    assert done.stdout.strip() not in done.stderr
    return done.stdout.strip()


def test_a_key_is_created_listed_and_revoked_by_name_or_id(cli):
    first, second = create(cli, "portal", "csm"), create(cli, "[bold]odd[/bold]")
    listed = cli("keys", "list")
    assert not any(secret in listed.stdout for secret in (first, second))
    assert all(word in listed.stdout for word in ("portal", "csm", "[bold]odd[/bold]"))
    identity = next(line.split()[0] for line in listed.stdout.splitlines() if "odd" in line)
    assert cli("keys", "revoke", "portal").returncode == 0
    assert cli("keys", "revoke", identity).returncode == 0
    again = cli("keys", "revoke", "portal")
    assert (again.returncode, "keys list" in " ".join(again.stderr.split())) == (1, True)
    rows = [line.split() for line in cli("keys", "list").stdout.splitlines()[1:]]
    assert all(row[-1] != "–" for row in rows)


def test_a_name_of_several_keys_must_be_revoked_by_id(cli):
    create(cli, "twin")
    create(cli, "twin")
    done = cli("keys", "revoke", "twin")
    assert (done.returncode, "use the id" in done.stderr) == (1, True)


def test_a_key_is_one_line_on_the_narrowest_terminal(cli):
    done = cli.installed("keys", "create", "--name", "n", "--role", "admin", COLUMNS="20")
    assert re.fullmatch(r"[A-Za-z0-9_.-]{40,}\n", done.stdout)


def test_the_secret_is_not_in_the_store(cli):
    secret = create(cli, "portal")
    assert all(secret.encode() not in file.read_bytes() for file in cli.folder.glob("store.db*"))


def test_a_role_that_does_not_exist_or_a_missing_name_is_2(cli):
    assert cli("keys", "create", "--name", "n", "--role", "root").returncode == 2
    assert cli("keys", "create", "--role", "admin").returncode == 2
    assert "no key yet" in cli("keys", "list").stdout
