"""Every benchmark, printed and written to docs/benchmarks.md with the machine: what `make bench` runs (report.py)."""

import sys

from benchmarks.report import main

sys.exit(main())
