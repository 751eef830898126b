"""Entries chosen by their places, and written to them."""
