"""The least that an answer costs: uvicorn with a fixed 201, which looks at nothing and stores nothing."""
