"""`python -m supplychain`: the command `supplychain`."""

import sys

from supplychain.cli import main

sys.exit(main())
