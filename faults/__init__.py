"""Every fault of the security page against running processes; see docs/faults.md."""
