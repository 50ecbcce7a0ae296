"""The rows; importing this enters them all, in the order of the table."""

from faults.rows import killed as killed
