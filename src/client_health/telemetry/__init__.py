"""What the program tells about its own work: statements, requests, spans."""
