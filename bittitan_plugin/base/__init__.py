"""What every other package uses: settings, the clock, secrets, logs, calls to other hosts."""
