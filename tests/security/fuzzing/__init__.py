"""What strangers could send, in numbers: ``make fuzz``; a short form runs with the suite."""
