"""What every room stands on: settings, the clock, secrets, logs, calls to other hosts."""
