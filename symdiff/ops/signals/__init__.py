"""Windows, convolutions, pooling and Fourier transforms."""
