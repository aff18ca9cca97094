"""The demo: a simulated application, its history scored night by night, and the service over it."""
