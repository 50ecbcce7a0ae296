"""recado: leave somebody a to-do, and it reaches their phone as a text message they can answer."""
