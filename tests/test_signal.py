"""Windows, convolutions, transforms and complex numbers: sharing, symbolic sizes, extremes, conventions."""

import itertools

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad
from symdiff.errors import ShapeError

# --- windows --------------------------------------------------------------------------------------------


def test_windows_that_are_results_share_no_memory():
    """A view of an input or of another output is copied and may be written to."""
    x = sd.Variable([1.0, 2.0, 3.0, 4.0], "x")
    p = sd.Placeholder(4, name="p")
    doubled = 2 * p

    value = sd.sliding_windows(x, 2)()
    value[...] = -1.0
    fed = np.arange(4.0)
    outputs = sd.compile([sd.sliding_windows(p, 2), sd.sliding_windows(p, 2).reshape(6), doubled,
                          sd.sliding_windows(doubled, 2)], [p])(fed)  # fmt: skip

    np.testing.assert_array_equal(x.value, [1, 2, 3, 4])
    for one, two in itertools.combinations([fed, *outputs], 2):
        assert not np.shares_memory(one, two)
    for output in outputs:
        output += 1.0


def test_windows_are_views_inside_programs():
    """A sum over windows allocates no windows."""
    x = sd.Variable(np.arange(6.0), "x")
    windows = sd.sliding_windows(x, 3)

    assert np.shares_memory(windows.compute(np, x.value), x.value)
    np.testing.assert_array_equal((windows.sum(-1) * 1)(), [3, 6, 9, 12])


def test_windows_and_overlap_are_transposes_to_the_bit():
    """<windows x, y> is <x, overlap y> for whole numbers."""
    rng = np.random.default_rng(0)
    for size, stride, dilation in itertools.product((1, 2, 3), (1, 2, 3), (1, 2)):
        x = sd.Variable(rng.integers(-5, 6, (2, 11)).astype(float), "x")
        windows = sd.sliding_windows(x, size, stride=stride, dilation=dilation)
        y = sd.Variable(rng.integers(-5, 6, windows.shape).astype(float), "y")
        back = sd.overlap_add(y, 11, stride=stride, dilation=dilation)

        assert (windows * y).sum()() == (x * back).sum()()
        assert sd.vjp(windows, x, y) is back
        assert sd.vjp(back, y, x) is windows


def test_whole_numbers_have_windows():
    """Integers stay integers, and booleans booleans."""
    k = sd.constant([[1, 5, 2], [7, 0, 3]])

    assert sd.max_pool1d(k, 2, padding=1)().tolist() == [[1, 5], [7, 3]]
    assert sd.conv1d(k, [[[1, 1], [1, 2]]])().tolist() == [[13, 13]]
    assert sd.avg_pool1d(k, 3)().tolist() == [[8 / 3], [10 / 3]]
    assert sd.sliding_windows([True, False], 1)().tolist() == [[True], [False]]


def test_ties_of_windows_share():
    """Equal entries of a window have equal parts of its derivative; the border has none."""
    x = sd.Variable(np.zeros((1, 2, 2)), "x")

    np.testing.assert_array_equal(sd.grad(sd.max_pool2d(x, 2).sum(), x)(), np.full((1, 2, 2), 0.25))
    alone = sd.max_pool2d(x, 2, padding=1)
    np.testing.assert_array_equal(sd.grad(alone.sum(), x)(), np.ones((1, 2, 2)))


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_symbolic_sizes(layout):
    """Batch and space may be open where the stride is 1."""
    n, height = sd.Dim("n"), sd.Dim("h")
    shape = (n, 2, height, 4) if layout == "NCHW" else (n, height, 4, 2)
    kernel = np.random.default_rng(0).normal(size=(2, 2, 3, 3) if layout == "NCHW" else (3, 3, 2, 2))
    x = sd.Placeholder(shape, name="x")
    y = sd.conv2d(x, kernel, padding="same", layout=layout)
    z = sd.conv2d_transpose(y, kernel, layout=layout)
    gradient = sd.grad((z * z).sum(), x)
    value = np.random.default_rng(1).normal(size=(3, 2, 5, 4) if layout == "NCHW" else (3, 5, 4, 2))
    known = sd.Variable(value, "v")
    fixed = sd.conv2d_transpose(
        sd.conv2d(known, kernel, padding="same", layout=layout), kernel, layout=layout
    )

    assert y.shape == shape
    assert gradient.shape == shape
    np.testing.assert_allclose(gradient({x: value}), sd.grad((fixed * fixed).sum(), known)(), rtol=1e-12)


def test_too_few_places_at_run_time_are_named():
    """A size that is known only later is still checked."""
    x = sd.Placeholder((1, None), name="x")

    with pytest.raises(ShapeError, match="2 entries holds no window that spans 3"):
        sd.conv1d(x, np.ones((1, 1, 3)))({x: [[1.0, 2.0]]})


def test_convolution_by_transforms():
    """The convolution theorem, values and gradients."""
    rng = np.random.default_rng(3)
    x, k = sd.Variable(rng.normal(size=7), "x"), sd.Variable(rng.normal(size=3), "k")
    direct = sd.conv1d(x[None], k[None, None, ::-1], padding=2)[0]
    through = sd.irfft(sd.rfft(x, 9) * sd.rfft(k, 9), 9)
    g = rng.normal(size=9)

    np.testing.assert_allclose(direct(), np.convolve(x.value, k.value), rtol=1e-12)
    np.testing.assert_allclose(through(), direct(), atol=1e-12)
    for one, two in zip(sd.vjp(direct, [x, k], g), sd.vjp(through, [x, k], g), strict=True):
        np.testing.assert_allclose(one(), two(), atol=1e-12)


# --- complex numbers ------------------------------------------------------------------------------------

REAL_VALUED = {  # at 3 + 4j, with cotangent 2: the numbers of jax.vjp
    "real": (sd.real, 2.0),
    "imag": (sd.imag, -2j),
    "abs": (sd.abs, 1.2 - 1.6j),
    "angle": (sd.angle, -0.32 - 0.24j),
}


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("name", REAL_VALUED)
def test_real_functions_of_complex_numbers(name, dtype):
    """Value real, cotangent complex, tangent real, in matching precision."""
    f, expected = REAL_VALUED[name]
    z = sd.Variable(np.array(3 + 4j, dtype), "z")
    y = f(z)
    real = "float64" if dtype == "complex128" else "float32"
    back, ahead = sd.vjp(y, z, 2.0), sd.jvp(y, z, 0.5 - 1j)

    assert (y.dtype, y().dtype, back.dtype, back().dtype, ahead.dtype, ahead().dtype) == tuple(
        map(np.dtype, (real, real, dtype, dtype, real, real))
    )
    np.testing.assert_allclose(y(), getattr(np, name)(z.value), rtol=1e-6)
    np.testing.assert_allclose(back(), expected, rtol=1e-6)
    np.testing.assert_allclose(ahead(), (expected / 2 * (0.5 - 1j)).real, rtol=1e-6)


def test_complex_functions_that_are_not_holomorphic():
    """conj, complex and casts carry cotangents as jax.vjp does."""
    z = sd.Variable(3 + 4j, "z")
    x, y = sd.Variable(1.0, "x"), sd.Variable(2.0, "y")
    g = 2 - 5j

    assert sd.vjp(sd.conj(z), z, g)() == 2 + 5j
    assert sd.jvp(sd.conj(z), z, g)() == 2 + 5j
    assert [part() for part in sd.vjp(sd.complex(x, y), [x, y], g)] == [2.0, 5.0]
    assert sd.vjp(x.astype(complex), x, g)() == 2.0
    assert sd.conj(sd.conj(z)) is z


def test_transforms_carry_cotangents_as_jax_does():
    """Hard numbers for both parities of the length."""
    x = sd.Variable([1.0, 2.0, 3.0, 4.0, 5.0], "x")
    h = sd.Variable([1 + 1j, 2 - 1j, 3 + 2j], "h")
    g = h.value

    np.testing.assert_allclose(
        sd.vjp(sd.rfft(x), x, g)(),
        [6.0, -0.58450301, -2.18088129, 2.79891528, -1.03353098],
        rtol=1e-8,
    )
    odd, even = sd.vjp(sd.irfft(h, 5), h, x.value), sd.vjp(sd.irfft(h, 4), h, x.value[:4])
    np.testing.assert_allclose(odd(), [3, -1 - 1.37638192j, -1 - 0.3249197j], rtol=1e-8)
    np.testing.assert_allclose(even(), [2.5, -1 - 1j, -0.5], rtol=1e-12)
    whole = [6 + 2j, -4.09807621 + 1.3660254j, 1.09807621 - 0.3660254j]
    np.testing.assert_allclose(sd.vjp(sd.fft(h), h, g)(), whole, rtol=1e-8)
    np.testing.assert_allclose(sd.vjp(sd.fft(x[:3]), x, g)()[:3], np.real(whole), rtol=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        lambda z: sd.abs(z) ** 3,
        lambda z: sd.angle(z) * sd.real(z),
        lambda z: sd.conj(z) * z * z,
        lambda z: sd.sign(z) + 1j * sd.imag(z),
        lambda z: sd.irfft(z * z),
        lambda z: sd.norm(sd.real(sd.fft(z))),
    ],
)
def test_derivatives_by_complex_variables(f):
    """Both modes and two orders, holomorphic or not, against differences."""
    z = sd.Variable([0.7 + 0.4j, -1.1 + 0.9j, 0.5 - 1.3j], "z")

    check_grad(f(z), z, 2)


def test_modulus_is_flat_at_zero_and_safe_far_away():
    """No NaN at 0, no overflow at the ends of the range."""
    z = sd.Variable([0j, 3e300 - 4e300j, 3e-300 + 4e-300j], "z")
    y = sd.abs(z)

    np.testing.assert_allclose(y(), [0, 5e300, 5e-300], rtol=1e-14)
    np.testing.assert_allclose(sd.grad(y.sum(), z)(), [0, 0.6 + 0.8j, 0.6 - 0.8j], rtol=1e-12)
    np.testing.assert_array_equal(sd.sign(z)()[0], 0)
    assert np.isfinite(sd.hvp(sd.abs(z[:1]).sum(), z, [1j, 0, 0])()).all()


def test_parts_of_infinite_numbers_are_kept():
    """An infinite part makes no NaN of the other."""
    x, y = sd.Variable([np.inf, 1.0], "x"), sd.Variable([2.0, -np.inf], "y")
    z = sd.complex(x, y)

    np.testing.assert_array_equal(sd.real(z)(), x.value)
    np.testing.assert_array_equal(sd.imag(z)(), y.value)


def test_parts_share_no_memory_with_the_number():
    """The imaginary part is an array of its own."""
    z = sd.Variable([1 + 2j, 3 + 4j], "z")
    for f in (sd.imag, sd.real, sd.conj):
        value = f(z)()
        value[...] = 0

    np.testing.assert_array_equal(z.value, [1 + 2j, 3 + 4j])


def test_argument_of_real_numbers_is_constant():
    """0 or pi, with a structural zero as derivative."""
    x = sd.Variable([2.0, -3.0, 0.0], "x")

    np.testing.assert_array_equal(sd.angle(x)(), np.angle(x.value))
    assert sd.grad(sd.angle(x).sum(), x) is sd.zeros_like(x)
    assert sd.angle(np.array([1, -1], "int8"))().tolist() == [0, np.pi]


def test_gradient_of_a_complex_number_needs_a_cotangent():
    """With one, it is the derivative of a holomorphic function."""
    z = sd.Variable(1 + 2j, "z")

    with pytest.raises(TypeError, match=r"complex128.*cotangent"):
        sd.grad(z**3, z)
    assert sd.grad(z**3, z, 1.0)() == 3 * (1 + 2j) ** 2


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "fftn", "ifftn", "rfftn", "irfftn"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool", "complex64"])
def test_transforms_have_numpys_dtypes(name, dtype):
    """Single precision stays single; everything else is NumPy's choice."""
    if name[0] == "r" and dtype == "complex64":
        dtype = "uint8"
    x = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    expected = getattr(np.fft, name)(x)
    node = getattr(sd, name)(x)

    assert node.dtype == node().dtype == expected.dtype
    np.testing.assert_allclose(node(), expected, rtol=1e-5, atol=1e-6)
