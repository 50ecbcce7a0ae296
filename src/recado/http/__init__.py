"""The HTTP face: routes, what they read and answer, and which status an error becomes."""
