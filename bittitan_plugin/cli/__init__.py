"""What people and processes call it by: the commands, the server, the doctor, the demo."""
