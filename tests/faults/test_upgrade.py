"""A newer program starts while a run of the older one is unfinished, and migrates the store."""

import sys
import textwrap

from tests.faults.settled import assert_settled

# A program whose newest migration is one more than ours: it adds a column that every row of `runs` needs.
NEWER = """
    import sys
    import sqlalchemy as sa
    from client_health.store import migrate

    def upgrade(store):
        with store.write() as connection:
            connection.execute(sa.text("alter table runs add column needed text not null default 'yes'"))
            connection.execute(sa.text("update alembic_version set version_num = '9999'"))
        return True

    migrate.HEAD, migrate.upgrade = "9999", upgrade
    sys.argv = ["client-health", "worker"]
    from client_health.cli.main import main
    main()
"""


def test_an_older_worker_ends_when_a_newer_program_migrates_the_store_and_its_run_is_finished_once(site):
    run_id = site.ask()
    older = site.start_lingering(CLIENT_HEALTH_WORKER="older")
    site.wait_working(run_id)
    newer = site.launch([sys.executable, "-c", textwrap.dedent(NEWER)], CLIENT_HEALTH_WORKER="newer")
    assert older.wait(timeout=240) == 1, "so that its supervisor starts the newer program"
    assert "written by a newer version (revision 9999)" in site.log(older)
    run = site.wait_completed(run_id)
    assert (run.attempt, run.outcome) == (2, "clean")
    assert newer.poll() is None
    assert_settled(site)
