"""The same computations by other libraries; a module imports one of them, when a side is made."""
