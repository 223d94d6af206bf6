"""How a workflow is left as it stands, to go on later, here or in another process."""


class Left(BaseException):
    """Not an ``Exception``, so that nothing takes it for a failure of the step and records it."""


class Stopping(Left):
    """This process stops: another worker goes on with what it leaves."""
