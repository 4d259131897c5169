"""``python -m lazytf``: see ``lazytf/cli``."""

import sys

from lazytf.cli.main import main

sys.exit(main())
