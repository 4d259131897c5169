"""The commands of ``python -m lazytf``."""

import argparse

from lazytf.cli import coverage, plan
from lazytf.core.version import VERSION


def main(arguments=None):
    """Runs a command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m lazytf", description="TensorFlow 1 programs on PyTorch.")
    parser.add_argument("--version", action="version", version=f"lazytf {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in plan, coverage:
        command.declare(commands)
    options = parser.parse_args(arguments)
    return options.run(options)
