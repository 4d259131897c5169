"""The command line: ``python -m lazytf COMMAND``. May import every room.

Files, each importing from those before it: ``plan``, ``coverage``, ``main``. To add a command, write a file with
``declare(commands)``, which adds its parser and says by ``set_defaults(run=...)`` what to call; name it in ``main``.
"""
