"""Speed, measured beside a floor in the same run. `python -m tests.benchmarks`, or `make bench`."""
