"""Engines that run plans; each is imported when it is first asked for."""
