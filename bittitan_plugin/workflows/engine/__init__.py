"""All of DBOS, behind a small interface: ``workflow`` declares durable work, an ``Attempt`` does
its steps, ``EngineQueue`` takes it in, and the worker beside this folder runs it.
"""
