"""The default stack as somebody tunes it who knows it: asyncpg without an ORM, pipelined Redis, plain answers."""
