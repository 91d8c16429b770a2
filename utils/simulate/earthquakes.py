"""Simulated earthquakes: stations, P and S arrival times, least squares and the Cramer-Rao bound.

A point source at a fixed depth under a flat homogeneous crust sends out a compressional (P) and
a shear (S) wave along straight rays. Each station clocks both arrivals with Gaussian noise; the
time at which the earthquake began is unknown. Lengths are in km, times in s, speeds in km/s.
An array of arrivals holds, in each row, the P times of all stations, then their S times.

Sources
-------
.. [1] Lay & Wallace 1995, Modern Global Seismology (Academic Press), ch. 3: body waves; in a
   Poisson solid v_p/v_s = sqrt(3), and 6.0 and 3.5 km/s are typical of the upper crust.
.. [2] Geiger 1912, Bull. St. Louis Univ. 8, 60: location by iterated linear least squares.
.. [3] Cramer 1946, Mathematical Methods of Statistics (Princeton), ch. 32: the bound.
"""

import numpy as np

from utils.arguments import integer, real

V_P, V_S = 6.0, 3.5  # km/s, upper crust [1]
DEPTH = 10.0  # km
SIZE = 100.0  # km, side of the square in which stations and epicentres lie
NOISE_P, NOISE_S = 0.5, 1.0  # s: an S onset is harder to pick, it lies in the tail of the P wave
LATEST_ORIGIN = 60.0  # s after the clocks' zero


def stations(n=20, seed=0):
    """Return random positions of seismic stations.

    Parameters
    ----------
    n : int
        Number of stations, at least 1.
    seed : int
        Seed of the positions; more stations of the same seed include the fewer ones.

    Returns
    -------
    array (n, 2)
        Coordinates in km, uniform in the square [0, SIZE] x [0, SIZE].
    """
    n = integer("n", n, least=1)
    return np.random.default_rng(seed).uniform(0, SIZE, (n, 2))


def travel_times(epicentres, stations, depth=DEPTH, v_p=V_P, v_s=V_S):
    """Return how long both waves travel from each source to each station: t = r / v.

    Parameters
    ----------
    epicentres : array (m, 2)
        Points above the sources, km.
    stations : array (n, 2)
        Positions, km.
    depth : float
        Depth of the sources, km.
    v_p, v_s : float
        Speeds of the two waves, km/s, with v_p > v_s > 0.

    Returns
    -------
    array (m, 2 n)
        Times in s: P at all stations, then S at all stations.
    """
    epicentres, stations = _plane(epicentres, "epicentres"), _plane(stations, "stations")
    depth, v_p, v_s = _medium(depth, v_p, v_s)
    r = np.sqrt(_offsets(epicentres, stations, depth)[2])  # (m, n)
    return np.hstack([r / v_p, r / v_s])


def simulate_events(
    n, stations, noise_p=NOISE_P, noise_s=NOISE_S, seed=0, depth=DEPTH, v_p=V_P, v_s=V_S
):
    """Simulate earthquakes and the arrival times that the stations report.

    Parameters
    ----------
    n : int
        Number of events, at least 1.
    stations : array (k, 2)
        Positions, km.
    noise_p, noise_s : float
        Standard deviation of the Gaussian timing errors of P and S arrivals, s; 0 for none.
    seed : int
        Seed; more events of the same seed and noise include the fewer ones.
    depth, v_p, v_s : float
        Depth in km, speeds in km/s.

    Returns
    -------
    epicentres : array (n, 2)
        Uniform in the square [0, SIZE] x [0, SIZE], km.
    arrivals : array (n, 2 k)
        Origin time (uniform between 0 and LATEST_ORIGIN) + travel time + noise, s: P, then S.
    """
    n = integer("n", n, least=1)
    stations = _plane(stations, "stations")
    for name, value in (("noise_p", noise_p), ("noise_s", noise_s)):
        real(name, value, least=0)
    place, start, clock = (np.random.default_rng([seed, stream]) for stream in range(3))
    epicentres = place.uniform(0, SIZE, (n, 2))
    origin = start.uniform(0, LATEST_ORIGIN, (n, 1))
    sigma = np.repeat([noise_p, noise_s], len(stations))
    noise = sigma * clock.standard_normal((n, len(sigma)))
    return epicentres, origin + travel_times(epicentres, stations, depth, v_p, v_s) + noise


def remove_origin(arrivals):
    """Subtract each event's mean P arrival, and with it the unknown origin time.

    Parameters
    ----------
    arrivals : array (m, 2 n)
        Arrival times, s: P, then S.

    Returns
    -------
    array (m, 2 n)
        Times in s that no longer depend on when the earthquake began.
    """
    arrivals = _arrivals(arrivals)
    return arrivals - arrivals[:, : arrivals.shape[1] // 2].mean(axis=1, keepdims=True)


def least_squares(
    arrivals,
    stations,
    noise_p=NOISE_P,
    noise_s=NOISE_S,
    depth=DEPTH,
    v_p=V_P,
    v_s=V_S,
    steps=10,
):
    """Locate earthquakes by weighted least squares with Gauss-Newton steps [2].

    The unknowns of each event are its epicentre and its origin time. The start is the best
    point of a grid of 10 km; each step solves the normal equations (J' W J) delta = J' W
    (t - f) of the linearised model.

    Parameters
    ----------
    arrivals : array (m, 2 n)
        Measured times, s: P, then S.
    stations : array (n, 2)
        Positions as the model believes them, km; at least 2.
    noise_p, noise_s : float
        Timing errors, s, positive: their squares are the inverse weights.
    depth, v_p, v_s : float
        Depth in km and speeds in km/s as the model believes them.
    steps : int
        Number of Gauss-Newton steps.

    Returns
    -------
    epicentres : array (m, 2)
        km.
    origin_times : array (m,)
        s.
    """
    stations = _plane(stations, "stations", at_least=2)
    arrivals = _arrivals(arrivals, len(stations))
    weights = _weights(noise_p, noise_s, len(stations))
    medium = _medium(depth, v_p, v_s)
    steps = integer("steps", steps, least=1)
    side = np.linspace(0.05 * SIZE, 0.95 * SIZE, 10)
    grid = np.array([(x, y) for x in side for y in side])
    model = travel_times(grid, stations, *medium)  # (100, 2 n)

    # chi^2 of each grid point with the origin time fitted: centre both sides, then expand.
    share = weights / weights.sum()
    data, model = _centred(arrivals, weights), _centred(model, weights)
    chi2 = (model**2 @ weights) - 2 * data @ (weights * model).T
    unknown = np.empty((len(arrivals), 3))
    unknown[:, :2] = grid[chi2.argmin(axis=1)]
    unknown[:, 2] = arrivals @ share  # the first step corrects it: the model is linear in it
    for _ in range(steps):
        jacobian = _jacobian(unknown[:, :2], stations, *medium)  # (m, 2 n, 3)
        f = unknown[:, 2:] + travel_times(unknown[:, :2], stations, *medium)
        weighted = jacobian * weights[:, None]
        normal = weighted.swapaxes(1, 2) @ jacobian  # matmul: ten times faster than einsum
        gradient = ((arrivals - f)[:, None] @ weighted)[:, 0]
        delta = np.linalg.solve(normal, gradient[..., None])[..., 0]
        length = np.hypot(delta[:, 0], delta[:, 1])
        delta[:, :2] *= np.minimum(1, 0.2 * SIZE / np.maximum(length, 1e-12))[:, None]
        unknown += delta
    return unknown[:, :2], unknown[:, 2]


def posterior_mean(arrivals, stations, noise_p=NOISE_P, noise_s=NOISE_S, step=2.0):
    """Locate earthquakes by the mean of the posterior in the square, at the default depth, speeds.

    No estimate has a smaller mean square distance: it knows that epicentres are uniform in the
    square, and averages over a grid of it. Any origin time is as likely as any other.

    Parameters
    ----------
    arrivals, stations, noise_p, noise_s
        As in `least_squares`.
    step : float
        Distance of the grid's points, km; well below the errors.

    Returns
    -------
    array (m, 2)
        km.
    """
    stations = _plane(stations, "stations", at_least=2)
    arrivals = _arrivals(arrivals, len(stations))
    weights = _weights(noise_p, noise_s, len(stations))
    side = np.arange(real("step", step, above=0) / 2, SIZE, step)
    grid = np.array([(x, y) for x in side for y in side])
    data, model = _centred(arrivals, weights), _centred(travel_times(grid, stations), weights)
    log_p = data @ (weights * model).T - model**2 @ weights / 2
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return p @ grid / p.sum(axis=1, keepdims=True)


def cramer_rao(
    epicentres, stations, noise_p=NOISE_P, noise_s=NOISE_S, depth=DEPTH, v_p=V_P, v_s=V_S
):
    """Return the smallest rms distance error that any unbiased estimate can have [3].

    The Fisher information of (x, y, origin time) is J' W J; the bound on the distance error is
    the root of the x and y entries on the diagonal of its inverse, added. Averaged over events,
    the squares are what adds: ``np.sqrt(np.mean(bound**2))``.

    Parameters
    ----------
    epicentres : array (m, 2)
        True epicentres, km.
    stations : array (n, 2)
        Positions, km; at least 2.
    noise_p, noise_s : float
        Timing errors, s, positive.
    depth, v_p, v_s : float
        Depth in km, speeds in km/s.

    Returns
    -------
    array (m,)
        Bound on the root mean square distance between estimated and true epicentre, km.
    """
    epicentres = _plane(epicentres, "epicentres")
    stations = _plane(stations, "stations", at_least=2)
    jacobian = _jacobian(epicentres, stations, *_medium(depth, v_p, v_s))
    weights = _weights(noise_p, noise_s, len(stations))
    fisher = (jacobian * weights[:, None]).swapaxes(1, 2) @ jacobian
    covariance = np.linalg.inv(fisher)
    return np.sqrt(covariance[:, 0, 0] + covariance[:, 1, 1])


def rms_distance(estimated, true):
    """Return the root mean square distance between estimated and true epicentres, km.

    Parameters
    ----------
    estimated, true : array (m, 2)
        Points, km.
    """
    estimated, true = _plane(estimated, "estimated"), _plane(true, "true")
    if estimated.shape != true.shape:
        raise ValueError(f"{len(estimated)} estimated points, but {len(true)} true ones")
    return float(np.sqrt(np.mean(np.sum((estimated - true) ** 2, axis=1))))


def ratio_to_bound(estimated, true, bound):
    """Return the rms distance in units of the rms Cramer-Rao bound, and its standard error.

    Parameters
    ----------
    estimated, true : array (m, 2)
        Points, km; m at least 2.
    bound : array (m,)
        `cramer_rao` of each event, km, positive.

    Returns
    -------
    ratio, error : float
        Without unit. Events differ in their bounds: the error is that of the ratio of two means,
        squared distance over squared bound.
    """
    ratio = rms_distance(estimated, true)
    bound = np.asarray(bound, float)
    if bound.shape != (len(true),) or len(true) < 2 or not (bound > 0).all():
        raise ValueError(
            f"bound must hold a positive length for each of {len(true)} events (2 or more), "
            f"not the shape {bound.shape}"
        )
    ratio /= np.sqrt(np.mean(bound**2))
    squares = np.sum((np.asarray(estimated) - np.asarray(true)) ** 2, axis=1)
    scatter = np.std(squares - ratio**2 * bound**2) / np.mean(bound**2)
    return float(ratio), float(scatter / np.sqrt(len(true)) / (2 * ratio))


def front_radius(time, speed, depth=DEPTH):
    """Return the radius on the ground of a wave front: sqrt((v t)^2 - depth^2).

    Parameters
    ----------
    time : float
        Since the earthquake began, s.
    speed : float
        Of the wave, km/s.
    depth : float
        Of the source, km.

    Returns
    -------
    float
        km; 0 before the wave has reached the ground.
    """
    reach = real("speed", speed, above=0) * real("time", time, least=0)
    return float(np.sqrt(max(reach**2 - real("depth", depth, least=0) ** 2, 0.0)))


def _offsets(epicentres, stations, depth):
    """Return dx, dy (m, n) from station to source and the squared distance r^2."""
    dx, dy = np.moveaxis(epicentres[:, None] - stations[None], -1, 0)
    return dx, dy, dx**2 + dy**2 + depth**2


def _jacobian(epicentres, stations, depth, v_p, v_s):
    """Return d t / d (x, y, origin time): (m, 2 n, 3)."""
    dx, dy, r2 = _offsets(epicentres, stations, depth)
    r = np.maximum(np.sqrt(r2), 1e-9)  # a source at the surface, under a station
    slopes = [np.hstack([d / v_p, d / v_s]) for d in (dx / r, dy / r)]  # (m, 2 n) each
    return np.stack([*slopes, np.ones_like(slopes[0])], axis=-1)


def _weights(noise_p, noise_s, n):
    for name, value in (("noise_p", noise_p), ("noise_s", noise_s)):
        real(name, value, above=0)  # the weight is its inverse square
    return np.repeat([1 / noise_p**2, 1 / noise_s**2], n)


def _centred(times, weights):
    """Return times without their weighted mean: what no origin time changes."""
    return times - (times @ weights / weights.sum())[:, None]


def _plane(points, name, at_least=1):
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < at_least:
        raise ValueError(
            f"{name} must have shape (n, 2) with n >= {at_least}, not {points.shape}: x, y in km"
        )
    if not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite")
    return points


def _arrivals(arrivals, n=None):
    arrivals = np.asarray(arrivals, float)
    if arrivals.ndim != 2 or arrivals.shape[1] % 2 or 0 in arrivals.shape:
        raise ValueError(f"arrivals must have shape (m, 2 n): P, then S; not {arrivals.shape}")
    if n is not None and arrivals.shape[1] != 2 * n:
        raise ValueError(
            f"{n} stations give {2 * n} arrivals in a row (P, then S), not {arrivals.shape[1]}"
        )
    if not np.isfinite(arrivals).all():
        raise ValueError("arrivals must be finite")
    return arrivals


def _medium(depth, v_p, v_s):
    depth = real("depth", depth, least=0)
    v_p, v_s = real("v_p", v_p, above=0), real("v_s", v_s, above=0)
    if not v_p > v_s:
        raise ValueError(f"v_p must be above v_s (km/s), not {v_p:g} against {v_s:g}")
    return depth, v_p, v_s
