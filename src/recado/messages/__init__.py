"""Text messages: rows written with what they tell of, and a worker that sends them. Decides nothing about a to-do."""
