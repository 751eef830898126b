"""What an expert writes in NumPy: preallocated buffers, products over all steps, nothing computed twice."""
