"""The command line: `assay run SOURCE` and its relatives. No site, no database, no queue."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence

from sandbox import __version__
from sandbox.commands import DONE, OUR_FAULT, UNUSABLE, all_commands, interrupted
from sandbox.faults import Cancelled, HostFault, TeamFault, clean


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0, 1 (below --fail-under), 2 (usage or source), 3 (our fault), 130 (interrupted)."""
    commands = all_commands()
    parser = argparse.ArgumentParser(prog="assay", description="Evidence that a repository builds, deploys and holds.")
    parser.add_argument("--version", action="version", version=f"assay {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in commands.items():
        text = (module.__doc__ or "").partition("\n")[0]
        module.add_arguments(subparsers.add_parser(name, help=text, description=text))
    given = parser.parse_args(argv)
    _write_utf8()
    # A supervisor's SIGTERM unwinds like Ctrl-C, so that no container stays.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(commands[given.command].main(given))
    except (KeyboardInterrupt, Cancelled):
        return interrupted()
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; nothing more can be said, not even by the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (HostFault, TeamFault) as fault:
        print(clean(f"assay: {fault.title}. {fault.fix}"), file=sys.stderr)
        if fault.detail:
            print(fault.detail, file=sys.stderr)
        return OUR_FAULT if isinstance(fault, HostFault) else UNUSABLE
    finally:
        signal.signal(signal.SIGTERM, before)


def _write_utf8() -> None:
    """The same bytes in every locale; a terminal that knows fewer characters shows a mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace") if stream.isatty() else stream.reconfigure(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
