"""Tests of the commands that arrive as text messages."""
