"""A worker whose engine is not as it has to be takes nothing, says why, and goes on when it is mended."""

import pytest

from deploy.local import up

pytestmark = [pytest.mark.alone, pytest.mark.docker, pytest.mark.redis]


def test_worker_refuses_while_a_line_fails_and_nobody_loses_an_attempt(site, repository):
    log = site.env["ASSAY_VAR"] + "/site.log"
    command = up.commands(site.port)["sandbox"]
    site.supervisor.kill("sandbox")
    site.supervisor.run("sandbox", command, site.env | {"ASSAY_RUNTIME": "not-here"})
    queued = site.manage("evaluate", str(repository({"notes.txt": "nothing to run"})))
    key = queued.stdout.split()[2].rstrip(":")
    one = f"Evaluation.objects.get(public_id={key!r})"
    # The sweeper tells the worker again and again; each time it answers that it takes none.
    site.wait_for(f"'refusing evaluations: Runtime (runtime)' in open({log!r}).read()", 60)
    site.wait_for(f"open({log!r}).read().count('no evaluation is taken') > 1", 60)
    assert site.ask(f"[{one}.stage, {one}.attempts, {one}.fault]") == ["queued", 0, None]
    site.supervisor.kill("sandbox")
    site.supervisor.run("sandbox", command, site.env)
    site.wait_for(f"{one}.stage == 'scored'", 120)
    assert site.ask(f"{one}.attempts") == 1
