"""A real HTTP server in the place of Vonage's Messages API."""
