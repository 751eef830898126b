"""Random numbers, which are functions of keys."""
