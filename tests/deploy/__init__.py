"""What deploy/ holds, and what is shipped."""
