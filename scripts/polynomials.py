"""Prints the coefficients in src/backends/wasm/math, lowest degree first: minimax polynomials, computed by the Remez exchange in 50 digits.

    pip install mpmath && python3 scripts/polynomials.py
"""
from mpmath import atan, cos, erfc, erf, exp, expm1, lu_solve, log, matrix, mp, mpf, nstr, pi, polyval, sign, sin, sqrt, tanh

mp.dps = 50
tiny = mpf(10) ** -12


def minimax(f, weight, low, high, degree):
    """The polynomial p for which the largest |weight · (f - p)| between low and high is smallest, and that largest value."""
    size = degree + 2
    middle, radius = (low + high) / 2, (high - low) / 2
    points = [middle - radius * cos(pi * i / (size - 1)) + tiny / 10 for i in range(size)]
    grid = [middle - radius * cos(pi * (i + mpf(1) / 2) / 1500) for i in range(1500)]
    values = [(x, f(x), weight(x)) for x in grid]
    for _ in range(12):
        # solve for p and e such that weight · (f - p) is +e, -e, +e, ... at the points
        rows = matrix(size, size)
        for i, x in enumerate(points):
            for k in range(size - 1):
                rows[i, k] = x**k * weight(x)
            rows[i, size - 1] = (-1) ** i
        solution = lu_solve(rows, matrix([f(x) * weight(x) for x in points]))
        coefficients = [solution[k] for k in range(size - 1)]
        errors = [(x, (y - polyval(coefficients[::-1], x)) * w) for x, y, w in values]
        # the next points: in each stretch in which the error has one sign, the place where it is largest
        peaks = []
        for x, error in errors:
            if not peaks or sign(peaks[-1][1]) != sign(error):
                peaks.append((x, error))
            elif abs(error) > abs(peaks[-1][1]):
                peaks[-1] = (x, error)
        while len(peaks) > size:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        if len(peaks) < size:
            break
        points = [x for x, _ in peaks]
    return coefficients, max(abs(error) for _, error in errors)


def show(name, f, weight, low, high, degree, digits=9):
    coefficients, error = minimax(f, weight, mpf(low), mpf(high), degree)
    print(f"{name}: 2^{nstr(log(error, 2), 4)}\n  [{', '.join(nstr(c, digits) for c in coefficients)}]")


half = log(2) / 2 * mpf("1.0005")  # rounding in the range reduction may overshoot the bound a little
show("e^r: (e^r - 1 - r) / r²", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / exp(r), -half, half, 4)
show("e^r - 1: the same", lambda r: (expm1(r) - r) / r**2, lambda r: abs(r**2 / expm1(r)), -half, half, 5)
show("2^r: (2^r - 1) / r", lambda r: (2**r - 1) / r, abs, "-0.5005", "0.5005", 5)
show("2^r in float64", lambda r: (2**r - 1) / r, abs, "-0.5005", "0.5005", 6, 16)


def series(z):
    """(ln((1 + s) / (1 - s)) - 2s) / s³ in z = s²"""
    return (log((1 + sqrt(z)) / (1 - sqrt(z))) - 2 * sqrt(z)) / (z * sqrt(z))


widest = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0005")
show("ln", series, lambda z: z / 2, tiny, widest, 2)
show("log₂ in float64", lambda z: series(z) / log(2), lambda z: z * log(2) / 2, tiny, widest, 3, 16)

quarter = (pi / 4 * mpf("1.0005")) ** 2
show("sin: (sin r - r) / r³ in r²", lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z, tiny, quarter, 2)
show("cos: (cos r - 1 + r²/2) / r⁴ in r²", lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2, tiny, quarter, 2)

show(
    "tanh: (tanh x - x) / x³ in x²",
    lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z,
    lambda z: z * sqrt(z) / tanh(sqrt(z)),
    tiny,
    mpf("0.625") ** 2,
    4,
)
show(
    "atan: (arctan x - x) / x³ in x²",
    lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z,
    lambda z: z * sqrt(z) / atan(sqrt(z)),
    tiny,
    1,
    8,
)
show("erf: (erf x - x) / x in x²", lambda z: erf(sqrt(z)) / sqrt(z) - 1, lambda z: 1, tiny, mpf("0.9") ** 2, 5)
show("erf: log₂ erfc", lambda x: log(erfc(x), 2), lambda x: erfc(x) * log(2), "0.9", "3.95", 7)
