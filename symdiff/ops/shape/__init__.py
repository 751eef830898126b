"""Arrays put together, taken apart, and laid out anew."""
