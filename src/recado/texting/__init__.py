"""Commands that arrive as text messages: a face, as HTTP is, for a phone without internet."""
