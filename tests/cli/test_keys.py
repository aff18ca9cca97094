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


def said(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_a_key_expires_when_it_is_told_to(cli):
    assert "expires in 89 days" not in said(cli("keys", "list"))
    done = cli("keys", "create", "--name", "short", "--role", "viewer", "--expires", "90d")
    assert done.returncode == 0
    assert "until 20" in said(done)
    assert (
        cli("keys", "create", "--name", "dated", "--role", "viewer", "--expires", "2099-12-31").returncode
        == 0
    )
    create(cli, "endless")
    listed = said(cli("keys", "list"))
    assert "expires in 89 days" in listed  # and a few hours
    assert re.search(r"dated viewer .* expires in 2\d,\d{3} days", listed)
    assert "in force" in listed


def test_an_expiry_that_cannot_be_is_2_and_says_what_can(cli):
    for wrong in ("soon", "1y", "-1d", "0h", "2020-01-01", "2026-02-30", "99999d"):
        done = cli("keys", "create", "--name", "n", "--role", "viewer", f"--expires={wrong}")
        assert (done.returncode, "--expires" in done.stderr, done.stdout) == (2, True, ""), wrong
    assert "no key yet" in cli("keys", "list").stdout


def test_a_key_is_replaced_and_the_old_one_works_for_the_overlap(cli):
    old = create(cli, "portal", "csm")
    done = cli("keys", "rotate", "portal", "--overlap", "36h")
    new = done.stdout.strip()
    assert re.fullmatch(r"ch_[\w-]{43}", new)
    assert new != old
    assert new not in done.stderr
    assert "The old one works for another 36h." in said(done)
    listed = said(cli("keys", "list"))
    assert "expires in 1 day" in listed
    assert "in force" in listed
    assert cli("keys", "rotate", "portal", "--overlap", "long").returncode == 2
    assert cli("keys", "rotate", "nothing").returncode == 1


def test_status_warns_of_keys_that_expire_within_two_weeks(cli):
    cli("keys", "create", "--name", "soon", "--role", "viewer", "--expires", "13d")
    cli("keys", "create", "--name", "later", "--role", "viewer", "--expires", "15d")
    told = said(cli("status"))
    assert "The API key 'soon'" in told
    assert "expires in 12 days" in told
    assert "'later'" not in told
    cli("keys", "rotate", "soon", "--overlap", "1h")
    assert "'later'" not in said(cli("status"))
