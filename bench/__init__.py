"""How fast, how small and how strict recado is, next to the default stack: `make bench`, or `python -m bench --help`.

The service under test has one core to itself; wrk, PostgreSQL, Redis and this harness share the other. In each round
every peer is started afresh, warmed up, and given the same work in turn; the order moves on by one each round. What
decides is a ratio: each peer against the default stack (`bench/default_stack`) of the same round, and the median of
the rounds.
"""
