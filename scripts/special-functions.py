"""Prints the coefficients in src/tensor/elementary: polynomials through the Chebyshev points of their ranges, computed in 50 digits.

    pip install mpmath && python3 scripts/special-functions.py
"""
from mpmath import cos, erfc, euler, exp, expm1, loggamma, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 50


def interpolate(f, low, high, degree):
    """The coefficients in t, lowest degree first, of the polynomial that equals f at the Chebyshev points; t goes from -1 to 1."""
    size = degree + 1
    middle, radius = (low + high) / 2, (high - low) / 2
    nodes = [cos(pi * (k + mpf(1) / 2) / size) for k in range(size)]
    values = [f(middle + radius * t) for t in nodes]
    weights = [sum(v * cos(j * pi * (k + mpf(1) / 2) / size) for k, v in enumerate(values)) * 2 / size for j in range(size)]
    weights[0] /= 2
    # the Chebyshev polynomials T[j] = 2 t T[j - 1] - T[j - 2]
    polynomials = [[mpf(1)], [mpf(0), mpf(1)]]
    while len(polynomials) < size:
        following = [mpf(0)] + [2 * c for c in polynomials[-1]]
        for i, c in enumerate(polynomials[-2]):
            following[i] -= c
        polynomials.append(following)
    coefficients = [mpf(0)] * size
    for weight, polynomial in zip(weights, polynomials):
        for i, c in enumerate(polynomial):
            coefficients[i] += weight * c
    return coefficients


def show(name, f, low, high, degree, scale=1):
    low, high = mpf(low), mpf(high)
    coefficients = interpolate(f, low, high, degree)
    points = [low + (high - low) * mpf(i) / 399 for i in range(400)]
    fitted = [polyval(coefficients[::-1], (2 * x - low - high) / (high - low)) for x in points]
    error = max(abs(p / f(x) - 1) for x, p in zip(points, fitted))
    print(f"{name}: {nstr(error, 3)}\n  [{', '.join(repr(float(c * scale**i)) for i, c in enumerate(coefficients))}]")


def scaled_complement(q):
    """(1 + 2a) exp(a²) erfc a, where q = (a - 4) / (a + 4)"""
    a = 4 * (1 + q) / (1 - q)
    return (1 + 2 * a) * exp(a * a) * erfc(a)


def inverse(w):
    """erfinv(x) / x with w = -ln(1 - x²)"""
    if w == 0:
        return sqrt(pi) / 2
    x = sqrt(-expm1(-w))
    complement = exp(-w) / (1 + x)
    y = sqrt(w) if w > 1 else x * mpf("0.88")
    step = mpf(1)
    while abs(step) > mpf(10) ** -40:
        step = (erfc(y) - complement) * sqrt(pi) / 2 * exp(y * y)
        y += step / (1 - step * y) if abs(step * y) < 0.5 else step / 2
    return y / x


show("erfc", scaled_complement, -1, mpf(26) / 34, 22)
show("erfinv for w up to 6.25", inverse, 0, "6.25", 22)
show("erfinv for √w from 2.5 to 4", lambda r: inverse(r * r), "2.5", 4, 18)
show("erfinv for √w from 4 to 6.1", lambda r: inverse(r * r), 4, "6.1", 16)
show("ln Γ(2 + s) / s in s", lambda s: loggamma(2 + s) / s if abs(s) > mpf(10) ** -30 else 1 - euler, "-0.5", "0.5", 18, 2)
