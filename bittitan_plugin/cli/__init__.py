"""The command line: the commands, the server, the doctor, the demo."""
