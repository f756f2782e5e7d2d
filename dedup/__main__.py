"""``python -m dedup``: the same as ``dedup``."""

import sys

from dedup.cli import main

if __name__ == "__main__":
    sys.exit(main())
