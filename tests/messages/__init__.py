"""The messages room, on real databases and against a real HTTP server in Vonage's place."""
