"""Attacks of a running service with processes."""

from textwrap import dedent

FORKS = 200
FORK_BOMB = dedent(f"""
    import json, os, sys, time
    children = 0
    for _ in range({FORKS}):
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError:
            break
        children += 1
    print(json.dumps({{"children": children}}))
    os.killpg(0, 9)
""")


def test_fork_bomb_stops_at_the_process_limit(attack, neighbour, limits):
    report, _ = attack(FORK_BOMB)
    assert 0 < report["children"] < limits.run_pids


def test_fork_bomb_goes_off_without_the_process_limit(attack, undefended):
    undefended("HostConfig.PidsLimit")
    report, _ = attack(FORK_BOMB)
    assert report["children"] == FORKS
