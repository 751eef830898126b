"""The language: every operation says its shape, its value, its derivative."""
