"""Import and export: one file per format, and a neutral record between them and the to-dos."""
