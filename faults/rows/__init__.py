"""The rows; importing this enters them all, in the order of the table."""

# isort: off
from faults.rows import killed as killed
from faults.rows import disks as disks
from faults.rows import sql as sql
from faults.rows import redis_gone as redis_gone
from faults.rows import texts as texts
from faults.rows import delivery as delivery
from faults.rows import clocks as clocks
from faults.rows import keys as keys
from faults.rows import restored as restored
from faults.rows import slow as slow
from faults.rows import revocation as revocation
from faults.rows import machines as machines
