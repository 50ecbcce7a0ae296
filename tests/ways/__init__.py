"""Real servers in the place of people's mail server and of ntfy."""
