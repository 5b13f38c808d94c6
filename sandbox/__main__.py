"""The command line: `assay run SOURCE` and its relatives. No site, no database, no queue."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from sandbox import __version__
from sandbox.commands import all_commands
from sandbox.faults import Cancelled, HostFault, TeamFault

# Exit statuses of interfaces.md.
BAD_SOURCE, OUR_FAULT, INTERRUPTED = 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0, 1 (below --fail-under), 2 (usage or source), 3 (our fault), 130 (interrupted)."""
    parser = argparse.ArgumentParser(prog="assay", description="Evidence that a repository builds, deploys and holds.")
    parser.add_argument("--version", action="version", version=f"assay {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = all_commands()
    for name, module in commands.items():
        text = (module.__doc__ or "").partition("\n")[0]
        module.add_arguments(subparsers.add_parser(name, help=text, description=text))
    given = parser.parse_args(arguments)
    # A supervisor's SIGTERM unwinds like Ctrl-C, so that no container stays.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(commands[given.command].main(given))
    except (KeyboardInterrupt, Cancelled):
        print("\nInterrupted; everything that was started has been removed.", file=sys.stderr)
        return INTERRUPTED
    except (HostFault, TeamFault) as fault:
        print(f"assay: {fault.title}. {fault.fix}", file=sys.stderr)
        if fault.detail:
            print(fault.detail, file=sys.stderr)
        return OUR_FAULT if isinstance(fault, HostFault) else BAD_SOURCE


if __name__ == "__main__":
    sys.exit(main())
