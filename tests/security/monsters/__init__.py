"""What nobody sends who means well, at every door and for every argument: ``make test-rest``."""
