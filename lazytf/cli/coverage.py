"""``python -m lazytf coverage``: how much of TensorFlow 1.15's surface there is, plain and weighted by use."""

from collections import defaultdict
from functools import reduce

import lazytf
from lazytf.api import surface
from lazytf.core import registry

COUNTED = ("function", "class", "value", "other")
TENSORFLOW_OPS = 1227


def declare(commands):
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "coverage",
        help="count which of TensorFlow 1.15's names there are",
        description="Prints, namespace by namespace, how many of TensorFlow 1.15's public functions, classes and "
        "values there are, and the same weighted by the number of published projects that use each.",
    )
    parser.add_argument(
        "--missing", type=int, default=20, metavar="N", help="name the N most used that are missing (20)"
    )
    parser.set_defaults(run=lambda options: report(options.missing))


def report(missing):
    """Prints the tables; gives the exit status."""
    counted = [symbol for symbol in surface.symbols().values() if symbol.kind in COUNTED]
    spaces = defaultdict(list)
    for symbol in counted:
        spaces[namespace(symbol.name)].append(symbol)
    print(f"{'namespace':<16}{'names':>15}{'weighted by use':>20}")
    by_use = sorted(spaces.items(), key=lambda item: -sum(symbol.projects for symbol in item[1]))
    for space, symbols in [*by_use, ("all of them", counted)]:
        print(f"{space:<16}{share([1] * len(symbols), symbols):>15}{share([s.projects for s in symbols], symbols):>20}")
    ops = sum(1 for op_type in registry.registered() if op_type.role != "gradient")
    print(f"{'op types':<16}{f'{ops} of {TENSORFLOW_OPS}':>15}")
    absent = sorted((s for s in counted if not is_present(s.name)), key=lambda s: (-s.projects, s.name))[:missing]
    if absent:
        print("\nmost used of the missing: " + ", ".join(f"{symbol.name} ({symbol.projects})" for symbol in absent))
    return 0


def namespace(name):
    """The first part of a name below ``tf``; ``tf`` itself for its own names."""
    parts = name.split(".")
    return f"tf.{parts[1]}" if len(parts) > 2 and parts[1].islower() else "tf"


def share(weights, symbols):
    """What part of the weight is present: ``120 of 150, 80 %``."""
    there = sum(weight for weight, symbol in zip(weights, symbols, strict=True) if is_present(symbol.name))
    total = sum(weights)
    return f"{there} of {total}" + (f", {there / total:.0%}" if total else "")


def is_present(name):
    """Whether lazytf has what TensorFlow calls ``name``."""
    try:
        reduce(getattr, name.split(".")[1:], lazytf)
    except AttributeError:
        return False
    return True
