"""`python -m studiogate`: the same as the `studiogate` command."""

import sys

from studiogate.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
