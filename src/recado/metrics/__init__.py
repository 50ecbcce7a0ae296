"""What the service counts, and what Prometheus is told: `counts` is for whoever counts, `metrics` for the port."""
