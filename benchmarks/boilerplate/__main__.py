"""`python -m benchmarks.boilerplate`."""

from benchmarks.boilerplate.run import main

main()
