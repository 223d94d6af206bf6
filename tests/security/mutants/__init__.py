"""Takes each guard away, one at a time, and sees whether a test notices: ``make mutants``."""
