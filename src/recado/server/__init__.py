"""The server process: one listening socket, deadlines for slow clients, one or several workers, a clean stop."""
