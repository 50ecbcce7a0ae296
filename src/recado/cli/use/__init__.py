"""The commands for people, over HTTP only: what they need of the server comes through `session`, what they print goes
through `screen`. Nothing here imports a room of the service, so that a command starts fast."""
