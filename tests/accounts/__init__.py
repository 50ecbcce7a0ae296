"""Tests of the accounts room, on both engines."""
