"""``python -m lazytf plan SCRIPT``: runs a script and shows the Python that its sessions generate."""

import contextlib
import os
import runpy
import sys

from lazytf.runtime import session
from lazytf.runtime.plan import Plan


def declare(commands):
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "plan",
        help="run a script and show the plans of its sessions",
        description="Runs SCRIPT and prints each plan when it is made, with the names of the graph's operations. What "
        "the script prints goes to standard error. Arguments after -- are the script's own.",
    )
    parser.add_argument("script", metavar="SCRIPT")
    parser.add_argument(
        "--fetch", nargs="+", metavar="NAME", help="only plans that fetch a tensor or operation so named"
    )
    parser.add_argument("arguments", nargs="*", metavar="-- ARGUMENT", help="arguments of the script")
    parser.set_defaults(run=lambda options: show(options.script, options.arguments, options.fetch))


def show(script, arguments=(), fetch=None):
    """Runs ``script`` and prints its plans, or those that fetch one of the names in ``fetch``; gives the exit status.

    An exception of the script is its own affair and passes through, after the plans made until then were shown.
    """
    if not os.path.isfile(script):
        print(f"There is no file {script!r}.", file=sys.stderr)
        return 2
    shown = 0
    wanted = None if fetch is None else {name for given in fetch for name in (given, f"{given}:0")}
    out = sys.stdout

    class Shown(Plan):
        """A plan that prints itself when it is made."""

        __slots__ = ()

        def __init__(self, elements, fed, *others, **options):
            nonlocal shown
            super().__init__(elements, fed, *others, **options)
            if wanted is None or any(element.name in wanted for element in elements):
                shown += 1
                print(
                    f"# plan {shown}: fetches {_names(elements)}; fed {_names(fed)}",
                    self.source.text,
                    sep="\n",
                    file=out,
                )

    usual, session.Plan = session.Plan, Shown
    argv, sys.argv = sys.argv, [script, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(script, run_name="__main__")
    finally:
        session.Plan, sys.argv = usual, argv
        sys.path.pop(0)
    if not shown:
        print("No plan was made" + ("." if fetch is None else f" that fetches {', '.join(fetch)}."), file=sys.stderr)
    return 0 if shown else 1


def _names(elements):
    return ", ".join(element.name for element in elements) or "nothing"
