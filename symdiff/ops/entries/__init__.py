"""Functions applied to every entry."""
