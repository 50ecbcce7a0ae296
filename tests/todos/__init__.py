"""Tests of the to-do room."""
