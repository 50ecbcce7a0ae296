"""The tests of recado: real SQLite, real PostgreSQL, real Redis, and the real server in a process of its own."""
