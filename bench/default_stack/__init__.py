"""The default stack: the seed's four routes (and a list) on what one would pick by default in Python.

FastAPI, pydantic, uvicorn with uvloop and httptools, PyJWT, redis-py with hiredis, SQLAlchemy 2's ORM on asyncpg,
argon2-cffi in Starlette's thread pool. Written as their own documentation shows, neither slowed down nor tuned; where
the documentation offers a faster way without further work (`expire_on_commit=False`, no access log), it is taken.
It sends no text message and keeps sessions in Redis only, so it does less than recado does.
"""
