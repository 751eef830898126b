"""Where every array lies, and how much is held at once."""
