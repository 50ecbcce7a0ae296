"""`recado demo`: a temporary household whose phones are a page. Nothing in it outlives Ctrl+C."""
