"""Random graphs over the whole op set, and what simplification and differentiation must do with them.

Run it with ``python -m tests.fuzz --graphs 20000 --seed 0 --processes 2``.
"""
