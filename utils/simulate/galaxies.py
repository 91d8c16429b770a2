"""Simulated colour images of galaxies as the DESI Legacy Imaging Surveys would show them.

Seven Galaxy Zoo classes, 96 x 96 pixels, g, r and z bands. `draw_galaxy` draws all that is
random about one image, as a dataclass; `scene` computes its light above the atmosphere, without
drawing anything; `camera` and `asinh_colour`, of the module beside this one, look at it.

The distributions are those of the Galaxy10 DECaLS sample as far as the literature gives them,
and a little wider, so that a classifier cannot lean on one seeing, depth or calibration. What
does not define a class (the colour of a barred galaxy, the winding of its arms, the inclination
of a merging one) is drawn widely, and no galaxy is quite regular.

Sources
-------
.. [1] Leung & Bovy, Galaxy10 DECaLS (github.com/henrysky/Galaxy10): 256 x 256 pixels of 0.262",
   for the largest galaxies of 0.524" (column `pxscale`); labels from Galaxy Zoo volunteers.
.. [2] Walmsley et al. 2022, MNRAS 509, 3966 (Galaxy Zoo DECaLS): the questions and the votes.
.. [3] Dey et al. 2019, AJ 157, 168 (Legacy Surveys): bands, depth, seeing, colour pictures.
.. [4] Graham & Driver 2005, PASA 22, 118: the Sersic profile. Freeman 1970, ApJ 160, 811: disks.
.. [5] van der Kruit & Searle 1981, A&A 95, 105: edge-on disks, sech^2 across the plane.
.. [6] Yu & Ho 2020, ApJ 900, 150 (pitch angles); Considere & Athanassoula 1988, A&AS 76, 365
   (arms as sums of logarithmic spirals); Elmegreen & Elmegreen 1987, ApJ 314, 3 (flocculence).
.. [7] Gadotti 2011, MNRAS 415, 3308 (bars); Toomre & Toomre 1972, ApJ 178, 623 (tails, bridges).
.. [8] Kormendy 1977, ApJ 218, 333: surface brightness against size of ellipticals.
"""

import math
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from scipy import special

from utils.arguments import integer, real
from utils.simulate.camera import GRID, PIXEL, SEEING, SIZE, asinh_colour, bands, camera, double

CLASS_NAMES = (
    "Merging",
    "Round Smooth",
    "In-between Round Smooth",
    "Barred Spiral",
    "Unbarred Tight Spiral",
    "Unbarred Loose Spiral",
    "Edge-on with Bulge",
)
MERGING, ROUND, IN_BETWEEN, BARRED, TIGHT, LOOSE, EDGE_ON = range(7)

SCALE_LENGTHS = 1.678  # half-light radius of an exponential disk in scale lengths [4]
EXTINCTION = bands(1.22, 0.84, 0.45)  # optical depth relative to V: a Milky Way curve

PARAMETERS = (
    "magnitude_r",  # AB mag of the galaxy; in a merger, of its first member
    "effective_radius",  # arcsec, half-light semi-major axis of the body or the disk
    "axis_ratio",  # apparent minor / major axis of the main body
    "inclination",  # degrees, 0 face-on; nan for smooth galaxies
    "bulge_fraction",  # of the r-band light; 1 for a pure Sersic body
    "bar_fraction",  # of the r-band light
    "pitch_angle",  # degrees [6]; nan without arms
    "arm_contrast",  # amplitude of the arms in young light, 0 to 1.2; nan without arms
    "separation",  # arcsec between the members of a merger; nan otherwise
    "colour_g_r",  # mag, colour of the old stars
    "seeing",  # arcsec FWHM in r
    "pixel_scale",  # arcsec per pixel: 0.262, or 0.524 for the largest galaxies
)


# Distributions: functions of a generator; they return Python numbers, so float32 stays float32


def uniform(low, high):
    return lambda rng: low + (high - low) * rng.random()


def normal(mean, width, low=-math.inf, high=math.inf):
    """Cut off at both ends, without a pile there."""

    def draw(rng):
        for _ in range(10_000):
            if low <= (value := rng.normal(mean, width)) <= high:
                return value
        raise ValueError(f"next to nothing of N({mean}, {width}) lies from {low} to {high}")

    return draw


def lognormal(median, width, low=1e-9, high=math.inf):
    logarithm = normal(math.log(median), width, math.log(low), math.log(high))
    return lambda rng: math.exp(logarithm(rng))


def either(probability, value, otherwise=0.0):
    """`value` with a probability, or `otherwise`: numbers or distributions."""
    return lambda rng: drawn(rng, value if rng.random() < probability else otherwise)


def row(*distributions):
    return lambda rng: [draw(rng) for draw in distributions]


def several(n, distribution):
    return lambda rng: [distribution(rng) for _ in range(drawn(rng, n))]


def drawn(rng, value):
    return value(rng) if callable(value) else value


class Drawn:
    @classmethod
    def draw(cls, rng, **given):
        """Draw a dataclass's fields in their order: what is `given`, or their distributions."""
        values = {f.name: f.default for f in fields(cls)} | given
        return cls(**{name: drawn(rng, value) for name, value in values.items()})


def patches(rng):
    """Draw unit-variance noise in patches of 2 and 4 pixels; the seeing smooths their edges."""
    small, large = (rng.standard_normal((GRID // p, GRID // p), dtype="f4") for p in (2, 4))
    return double(0.8 * small + 0.6 * double(large))


ANGLE = uniform(0, 2 * math.pi)
WAVES = several(3, row(uniform(2, 6), ANGLE, ANGLE, ANGLE))  # see `bend`
RIPPLES = several(3, row(uniform(0.6, 1.5), ANGLE, uniform(-0.6, 1.2), uniform(0.4, 1.2)))

# Light per square arcsecond, of unit flux unless said otherwise; x along the major axis


def rotate(x, y, angle):
    c, s = math.cos(angle), math.sin(angle)
    return c * x + s * y, c * y - s * x


def sersic(x, y, radius, index, axis_ratio, soft=0.15):
    """Bulge, elliptical or plain disk (index 1) of half-light semi-major axis `radius` [4].

    The cusp is softened over `soft` arcsec; what this takes away is put into a compact core.
    """
    n, q = index, axis_ratio
    r2 = x * x + (y / q) ** 2 + soft**2
    b = 2 * n - 1 / 3 + 4 / (405 * n)
    norm = 2 * math.pi * n * radius**2 * q * math.gamma(2 * n) / b ** (2 * n)
    lost = float(special.gammainc(2 * n, b * (soft / radius) ** (1 / n)))
    profile = np.exp(-b * np.exp(np.log(r2 / radius**2) / (2 * n))) / norm
    return profile + lost * soft**2 / (math.pi * q) / (r2 * r2)


def flattened(cos_i, thickness):
    """Apparent axis ratio of a spheroid of intrinsic axis ratio `thickness`."""
    return math.sqrt(cos_i**2 * (1 - thickness**2) + thickness**2)


def bend(x, y, waves, size, amount):
    """Displace coordinates by plane waves, so that no galaxy keeps to a formula.

    `waves`: length in units of `size`, direction, that of the displacement, and phase of each;
    `amount`: amplitude of the gradient; beyond about 0.5 the image folds over.
    """
    dx, dy = 0.0, 0.0
    for length, across, along, phase in waves:
        k = 2 * math.pi / (size * length)
        wave = np.sin(k * math.cos(across) * x + k * math.sin(across) * y + phase)
        dx = dx + math.cos(along) * amount / k * wave
        dy = dy + math.sin(along) * amount / k * wave
    return x + dx, y + dy


# Kinds of galaxies: light(x, y) returns light of old, disk and young stars, and optical depth


@dataclass
class Smooth(Drawn):
    """An elliptical or lenticular: a Sersic body, for some with a wider disk or halo."""

    effective_radius: float  # arcsec
    axis_ratio: float
    index: float = lognormal(2.0, 0.45, 0.8, 6.0)
    bulge_fraction: float = either(0.55, 1.0, uniform(0.4, 0.9))  # the body's share
    halo_size: float = uniform(1.2, 2.2)  # effective radii
    young: float = uniform(0, 0.1)  # share of the body's light

    def light(self, x, y):
        re, q = self.effective_radius, self.axis_ratio
        body = self.bulge_fraction * sersic(x, y, re, self.index, q)
        halo = 0.0
        if self.bulge_fraction < 1:
            halo = (1 - self.bulge_fraction) * sersic(x, y, self.halo_size * re, 1.0, q)
        return (1 - self.young) * body, halo, self.young * body, None


@dataclass
class Bar(Drawn):
    """A boxy ridge of stars in a disk's plane, a ring around some [7]; by default a weak oval."""

    fraction: float = uniform(0, 0.02)  # of the galaxy's light
    length: float = uniform(0.4, 0.9)  # of one half, in scale lengths of the disk
    axis_ratio: float = uniform(0.4, 0.8)
    angle: float = ANGLE  # from the disk's major axis
    steepness: float = uniform(0.5, 0.9)  # 0.5 falls exponentially, 1 like a Gaussian
    mix: float = uniform(0, 0.3)  # share of its stars that have the disk's colour
    sweeping: float = uniform(0, 0.2)  # share of the central disk that it swept up
    ring: float = either(0.1, uniform(0.2, 1.2))  # height over the disk

    def light(self, u, v):
        """Return the ridge per square scale length; u and v in scale lengths."""
        u, v = rotate(u, v, self.angle)
        a, b, s = self.length, self.length * self.axis_ratio, self.steepness
        boxy = np.hypot((u / a) ** 2, (v / b) ** 2)
        area = 3.708 * a * b  # of boxy < 1
        return np.exp(-1.3 * boxy**s) * (1.3 ** (1 / s) / math.gamma(1 + 1 / s) / area)


@dataclass
class Disk(Drawn):
    """A disk with arms, bar, bulge and dust; lengths in scale lengths of the disk.

    Arms are a sharpened logarithmic spiral (grand design) times random modes, each in a ring of
    its own (flocculent), of the same pitch on average [6].
    """

    effective_radius: float  # arcsec, half-light semi-major axis of the disk
    cos_i: float  # of the inclination
    pitch_angle: float  # degrees
    bulge_fraction: float
    young: float  # young stars' share of the disk's light
    arm_contrast: float
    ageing: float = uniform(0.1, 1)  # share of the central disk that is as old as the bulge
    lopsided: float = uniform(0, 0.3)  # one arm stronger than the others
    clumpiness: float = uniform(0.1, 0.9)
    distortion: float = uniform(0.02, 0.16)
    bulge_size: float = uniform(0.10, 0.28)  # effective radii
    bulge_index: float = uniform(0.9, 3)
    bulge_thickness: float = uniform(0.35, 0.8)
    bar: Bar = Bar.draw
    arm_start: float = uniform(0.7, 1.1)  # lengths of the bar
    arms: int = either(0.6, 2, lambda rng: int(rng.integers(1, 5)))  # most have two
    phase: float = ANGLE  # of the arms at the end of the bar
    handedness: int = either(0.5, 1, -1)
    sharpness: float = uniform(0.6, 2.5)
    flocculence: float = uniform(0.1, 0.7)
    ripples: list = RIPPLES
    strong_side: float = ANGLE
    dust: float = uniform(0, 0.8)
    waves: list = WAVES
    patches: np.ndarray = patches

    @property
    def inclination(self):
        return math.degrees(math.acos(self.cos_i))

    @property
    def axis_ratio(self):
        return flattened(self.cos_i, 0.18)

    @property
    def bar_fraction(self):
        return self.bar.fraction

    def light(self, x, y):
        re, q, bar = self.effective_radius, self.axis_ratio, self.bar
        h = re / SCALE_LENGTHS
        u, v = bend(x / h, y / (h * q), self.waves, 3, self.distortion)  # in the plane
        r = np.sqrt(u * u + v * v + 0.003)
        wave, arms = self.spiral(np.log(r), np.arctan2(v, u))
        start = 1 - np.exp(-((r / (self.arm_start * bar.length)) ** 2))
        arms = self.arm_contrast * start * (arms - 1)
        ring = 1 + bar.ring * np.exp(-(((r / bar.length - 1.1) / 0.25) ** 2))
        disk = np.exp(-r) * np.maximum(1 + 0.45 * arms, 0.05) * ring
        disk *= 1 - bar.sweeping * np.exp(-((r / bar.length) ** 2))
        arms = np.maximum(1 + arms, 0.02)
        clumps = self.clumpiness * np.minimum(arms, 1.5)  # stars form in knots along the arms
        knots = clumps * self.patches - 0.5 * clumps**2
        young = np.exp(knots - r / 1.3) / 1.3**2 * arms * start * ring
        area = h * h * q  # of a square scale length, as it is seen
        rest = max(1 - self.bulge_fraction - bar.fraction, 0.05) / (2 * math.pi * area)
        ridge = bar.fraction / area * bar.light(u, v)
        bulge_q = flattened(self.cos_i, self.bulge_thickness)
        bulge = sersic(x, y, self.bulge_size * re, self.bulge_index, bulge_q)
        disk *= rest * (1 - self.young)
        inner = self.ageing * np.exp(-r) * disk
        old = self.bulge_fraction * bulge + inner + (1 - bar.mix) * ridge
        disk += bar.mix * ridge - inner
        lanes = np.exp(2 * (np.cos(wave + 0.9) - 1))  # on one side of the arms
        tau = self.dust * np.exp(-r / 1.5) * start * (0.3 + lanes)
        return old, disk, rest * self.young * young, tau

    def spiral(self, ln_r, theta):
        """Return the phase of the main arms and the pattern of all, about 1 on average."""
        winding = self.handedness / math.tan(math.radians(self.pitch_angle))
        twist = winding * (ln_r - math.log(self.bar.length))  # the arms leave the bar's end
        wave = self.arms * (theta - self.bar.angle - twist) + self.phase
        pattern = self.sharpness * (np.cos(wave) - 1)  # the logarithm of the arms
        f = self.flocculence * (1 if self.arms == 2 else 1.6)
        for m, (relative, phase, centre, width) in zip((2, 4, 7), self.ripples, strict=True):
            mode = np.cos(m * theta - m * relative * winding * ln_r + phase)
            pattern += 1.3 * f * mode * np.exp(-(((ln_r - centre) / width) ** 2))
        arms = np.exp(pattern - 0.4 * f**2) / float(special.i0e(self.sharpness))
        return wave, arms * (1 + self.lopsided * np.cos(theta - self.strong_side))


@dataclass
class EdgeOn(Drawn):
    """A disk seen from the side: thin and thick disk, bulge, dust lane [5]."""

    effective_radius: float  # arcsec, half-light radius of the disk seen face-on
    inclination: float = uniform(80, 90)  # degrees
    thickness: float = normal(0.21, 0.09, 0.08, 0.5)  # sech^2 height over scale length
    plateau: float = uniform(0.2, 0.8)  # scale lengths, softens the centre
    thick_share: float = uniform(0.05, 0.4)  # of the disk's light
    bulge_fraction: float = normal(0.33, 0.13, 0.06, 0.7)
    bulge_size: float = uniform(0.15, 0.55)  # effective radii
    bulge_index: float = uniform(0.8, 3.2)
    bulge_axis_ratio: float = normal(0.78, 0.11, 0.45, 1)
    young: float = either(0.35, uniform(0, 0.6), uniform(0, 0.12))  # of the disk's light
    dust: float = either(0.75, uniform(0, 3))  # optical depth of the lane
    lane: float = normal(0, 0.25, -0.6, 0.6)  # its distance from the plane, in heights
    distortion: float = uniform(0, 0.05)
    waves: list = WAVES
    patches: np.ndarray = patches

    @property
    def axis_ratio(self):
        return 0.75 * self.thickness

    def light(self, x, y):
        re, z0 = self.effective_radius, self.thickness
        h = re / SCALE_LENGTHS
        u, v = bend(x / h, y / h, self.waves, 3, self.distortion)
        r, z = np.sqrt(u * u + self.plateau**2), np.abs(v) / z0
        t = np.exp(-2 * z)  # sech^2 from one exponential
        thin = np.exp(-r) * (4 * t / (1 + t) ** 2) / 3.4
        thick = np.exp(-r / 1.2 - z / 1.3) / (5 * 1.3)
        young = np.exp(-r / 1.4 - z + 0.8 * self.patches - 0.3) / (4.5 * 0.8)
        tau = np.exp(-r / 1.3 - ((v / z0 - self.lane) / 0.45) ** 2 + 0.4 * self.patches)
        rest = (1 - self.bulge_fraction) / (h * h * z0)
        disk = rest * (1 - self.young) * ((1 - self.thick_share) * thin + self.thick_share * thick)
        bulge = sersic(x, y, self.bulge_size * re, self.bulge_index, self.bulge_axis_ratio)
        return self.bulge_fraction * bulge, disk, rest * self.young * young, self.dust * tau


@dataclass
class Tail(Drawn):
    """A stream of debris that leaves a galaxy along a spiral; side 0 is away from the other."""

    flux: float = either(0.65, 1.0)  # in units of the merger's debris
    size: float = uniform(0.8, 1.6)  # effective radii of the first member
    width: float = uniform(0.2, 0.5)  # sizes
    pitch_angle: float = uniform(20, 55)  # degrees
    handedness: int = either(0.5, 1, -1)
    side: float = either(0.3, normal(math.pi, 0.3), normal(0, 0.7))  # pi is a bridge
    reach: float = uniform(1.2, 3.0)  # sizes
    young: float = either(0.5, uniform(0, 0.2), uniform(0, 0.7))

    def light(self, x, y):
        """Return its light per square effective radius; x points away from the other galaxy."""
        x, y = x / self.size, y / self.size
        r = np.sqrt(x * x + y * y + 0.01)
        turn = np.arctan2(y, x) - self.side
        turn -= self.handedness / math.tan(math.radians(self.pitch_angle)) * np.log(r)
        stream = np.exp((r / self.width) ** 2 * (np.cos(turn) - 1) - r / self.reach)
        return self.flux * 0.2 / self.size**2 * stream * (1 - np.exp(-r * r))


HALO = row(
    either(0.75, uniform(0.4, 2.0)),  # flux in units of the merger's debris
    uniform(0.8, 2.0),  # size
    uniform(0.35, 0.9),  # axis ratio
    ANGLE,
    uniform(-0.3, 1.3),  # place along and across the line between the galaxies, in separations
    normal(0, 0.2, -0.5, 0.5),
)
# fmt: off
LATE = {
    "cos_i": uniform(0, 1), "pitch_angle": normal(24, 9, 5, 45), "young": uniform(0, 0.7),
    "bulge_fraction": normal(0.2, 0.2, 0.01, 0.75), "arm_contrast": uniform(0.1, 1.2),
    "lopsided": uniform(0, 0.6), "clumpiness": uniform(0.1, 1.0), "distortion": uniform(0.1, 0.6),
}
EARLY = LATE | {
    "bulge_fraction": uniform(0.6, 0.93), "bulge_size": 0.8, "bulge_index": uniform(1.5, 4),
    "young": uniform(0, 0.2),
}
# fmt: on


@dataclass
class Merger(Drawn):
    """Two galaxies, their tails, bridges and overlapping haloes [7]; the second on the x axis."""

    effective_radius: float  # arcsec, of the first member
    separation: float  # arcsec
    ratio: float  # flux of the second member over that of the first
    first: Disk
    second: Disk
    angles: list = several(2, ANGLE)
    middle: float = either(0.35, uniform(0.2, 0.6))  # the image's centre, in separations
    debris: float = lognormal(0.22, 0.6, 0.02, 0.7)  # flux over that of the first member
    tails: list = several(2, Tail.draw)
    haloes: list = several(2, HALO)  # stars of both that were thrown about
    distortion: float = uniform(0, 0.4)  # tides bend bodies into bananas and integral signs
    waves: list = WAVES

    @classmethod
    def draw(cls, rng, effective_radius, farthest):
        """Draw a pair at most `farthest` arcsec apart; each is an early type or a disk."""
        ratio = 10 ** (-0.4 * uniform(0, 1.6)(rng))
        sizes = effective_radius, effective_radius * ratio**0.4 * lognormal(1, 0.25)(rng)
        first, second = (
            Disk.draw(rng, effective_radius=r, **(EARLY if rng.random() < 0.45 else LATE))
            for r in sizes
        )
        apart = lognormal(2.2 * effective_radius, 0.6, 2, farthest)
        given = {"first": first, "second": second, "ratio": ratio, "separation": apart}
        return super().draw(rng, effective_radius=effective_radius, **given)

    def light(self, x, y):
        re, d = self.effective_radius, self.separation
        x = x + self.middle * d
        u, v = bend(x, y, self.waves, 2 * re, self.distortion)
        parts = zip(
            self.first.light(*rotate(u, v, self.angles[0])),
            self.second.light(*rotate(u - d, v, self.angles[1])),
            strict=True,
        )
        old, disk, young, tau = (a + self.ratio * b for a, b in parts)
        for tail, away in zip(self.tails, (-x, x - d), strict=True):
            if tail.flux:
                stream = self.debris / re**2 * tail.light(away / re, y / re)
                disk, young = disk + (1 - tail.young) * stream, young + tail.young * stream
        for flux, size, q, angle, along, across in self.haloes:
            u, v = rotate(x - along * d, y - across * d, angle)
            old += self.debris * flux * sersic(u, v, size * (re + 0.3 * d), 1.0, q)
        return old, disk, young, tau


# The whole: a galaxy, its field and the night


@dataclass
class Night(Drawn):
    """What differs from exposure to exposure, a little more than in the survey."""

    seeing: float = lognormal(1, 0.18)  # factor on the width
    widths: list = several(3, lognormal(1, 0.04))  # factors in g, r, z
    gains: list = several(3, lognormal(1, 0.03))  # errors of the calibration
    depth: float = lognormal(1, 0.3)  # factor on the noise
    sky: float = normal(0, 0.0012, -0.003, 0.003)  # left of it, in the stretched picture
    seed: int = lambda rng: int(rng.integers(2**63))  # of the noise


NEIGHBOUR = row(
    uniform(0, 1),  # place on the grid
    uniform(0, 1),
    either(0.07, uniform(15.5, 18), uniform(18.2, 21.8)),  # r magnitude: few are rivals
    normal(0.75, 0.35, 0, 1.6),  # g - r
    normal(0.1, 0.12, -0.2, 0.4),  # r - z, less 0.55 (g - r)
    lognormal(1, 0.3),  # factor on the radius
    uniform(0.3, 1),  # axis ratio
    ANGLE,
)
STAR = row(
    uniform(0, 1),
    uniform(0, 1),
    uniform(10**-1.625, 1),  # share of all that are brighter: 0.25 dex a magnitude, from 15.5
    normal(1.0, 0.5, 0.1),  # g - r, were there no M dwarfs
    uniform(0, 1.2),  # spread of M dwarfs in r - z
)


@dataclass
class Galaxy(Drawn):
    """All draws of one image."""

    shape: Smooth | Disk | EdgeOn | Merger
    magnitude_r: float
    pixel_scale: float  # arcsec per pixel
    night: Night
    gradient: float  # mag by which a disk is bluer in g - r than the old stars
    colour_g_r: float  # of the old stars
    r_z_offset: float = normal(0.08, 0.025, 0, 0.16)  # from r - z = 0.55 (g - r)
    young_g_r: float = uniform(-0.1, 0.35)
    angle: float = ANGLE
    centre: list = several(2, normal(0, 0.45, -1.9, 1.9))  # arcsec from the image's
    neighbours: list = several(lambda rng: rng.poisson(1.3), NEIGHBOUR)
    stars: list = several(lambda rng: rng.poisson(1.4), STAR)

    def parameters(self):
        """Return a value for each of `PARAMETERS`; nan where it has no meaning."""
        values = dict.fromkeys(PARAMETERS, math.nan)
        values |= {"bar_fraction": 0.0, "seeing": SEEING.item(1) * self.night.seeing}
        for part in (getattr(self.shape, "first", None), self.shape, self):
            values |= {name: getattr(part, name) for name in PARAMETERS if hasattr(part, name)}
        return values


# What defines the classes. A foreshortened bar goes unvoted, tight arms still show as rings. Bars
# go with arms of any winding: only the bar itself must tell that class.
# fmt: off
SHAPES = {
    MERGING: Merger.draw,
    ROUND: partial(Smooth.draw, axis_ratio=normal(0.93, 0.06, 0.7, 1)),
    IN_BETWEEN: partial(Smooth.draw, axis_ratio=normal(0.645, 0.115, 0.36, 0.92)),
    BARRED: partial(
        Disk.draw, cos_i=uniform(0.47, 1), pitch_angle=normal(23, 8, 5, 45),
        bulge_fraction=normal(0.13, 0.08, 0.01, 0.5), young=uniform(0.03, 0.7),
        arm_contrast=uniform(0.1, 1.0), phase=normal(0, 0.5, -1, 1),
        bar=partial(
            Bar.draw, fraction=normal(0.24, 0.07, 0.13, 0.4), length=lognormal(1.1, 0.25, 0.95),
            axis_ratio=uniform(0.2, 0.42), sweeping=uniform(0.2, 0.8),
            ring=either(0.4, uniform(0.2, 1.2)),
        ),
    ),
    TIGHT: partial(
        Disk.draw, cos_i=uniform(0.22, 1), pitch_angle=normal(11.5, 3.5, 5, 45),
        bulge_fraction=normal(0.24, 0.12, 0.01, 0.75), young=uniform(0.03, 0.6),
        arm_contrast=uniform(0.2, 0.95),
    ),
    LOOSE: partial(
        Disk.draw, cos_i=uniform(0.3, 1), pitch_angle=normal(27, 6.5, 5, 45),
        bulge_fraction=normal(0.14, 0.10, 0.01, 0.5), young=uniform(0.1, 0.8),
        arm_contrast=uniform(0.4, 1.2), lopsided=uniform(0, 0.7), clumpiness=uniform(0.2, 1.0),
    ),
    EDGE_ON: EdgeOn.draw,
}
# fmt: on

# half-light radius ("): median, log-scatter, smallest (below, no arms and no bar are seen); mean
# surface brightness inside it (r mag/arcsec^2), its scatter; share of galaxies whose old stars
# are bluer; how much bluer than these a disk is (mag in g - r)
LOOKS = {
    MERGING: (3.1, 0.45, 1.3, 21.0, 0.7, 0.15, uniform(0.05, 0.35)),
    ROUND: (2.3, 0.40, 1.3, 20.5, 0.5, 0.12, uniform(0, 0.1)),
    IN_BETWEEN: (2.4, 0.40, 1.3, 20.5, 0.5, 0.18, uniform(0, 0.1)),
    BARRED: (5.5, 0.42, 4.2, 21.9, 0.6, 0.04, uniform(0.1, 0.35)),
    TIGHT: (5.5, 0.38, 3.5, 21.6, 0.6, 0.04, uniform(0.1, 0.35)),
    LOOSE: (4.6, 0.42, 3.0, 21.9, 0.6, 0.20, uniform(0.1, 0.4)),
    EDGE_ON: (4.8, 0.42, 1.3, 21.6, 0.7, 0.04, uniform(-0.15, -0.05)),
}


def draw_galaxy(label, seed, k):
    """Return the `Galaxy` of image k of a class; `[seed, label, k]` name its random stream."""
    rng = np.random.default_rng([seed, label, k])
    median, scatter, smallest, brightness, spread, blue, gradient = LOOKS[label]
    radius = lognormal(median, scatter, smallest, 25)(rng)
    large = radius * (2 if label == MERGING else 1) > uniform(10, 14)(rng)
    scale = 2 * PIXEL if large else PIXEL
    frame = {"farthest": 40 * scale} if label == MERGING else {}  # 8 pixels from the edge
    mu = normal(brightness, spread, 19, 23.2)(rng)
    if label in (MERGING, ROUND, IN_BETWEEN):  # small ellipticals are the denser ones [8]
        mu += 1.5 * math.log10(radius / median)
    return Galaxy.draw(
        rng,
        shape=SHAPES[label](rng, effective_radius=radius, **frame),
        magnitude_r=mu - 2.5 * math.log10(2 * math.pi * radius**2),
        pixel_scale=scale,
        night=Night.draw(rng, **({"depth": 0.6} if large else {})),  # large ones were binned
        colour_g_r=normal(0.86, 0.07, 0.65, 1.05)(rng) - either(blue, uniform(0.1, 0.4))(rng),
        gradient=gradient,
    )


def scene(galaxy):
    """Compute the light of a `Galaxy` and its field as it reaches the atmosphere.

    Returns
    -------
    array, shape (3, 128, 128), float32
        Nanomaggies per pixel of 0.262 arcsec; g, r, z. The image is its central part.
    """
    scale = galaxy.pixel_scale
    axis = (np.arange(GRID, dtype="f4") - (GRID - 1) / 2) * scale
    x, y = axis[None, :], axis[:, None]
    u, v = rotate(x - galaxy.centre[0], y - galaxy.centre[1], galaxy.angle)
    *parts, tau = galaxy.shape.light(u, v)
    r_z = 0.55 * galaxy.colour_g_r + galaxy.r_z_offset
    disk = galaxy.gradient
    colours = (
        fluxes(galaxy.magnitude_r, galaxy.colour_g_r, r_z),
        fluxes(galaxy.magnitude_r, galaxy.colour_g_r - disk, r_z - 0.55 * disk),
        fluxes(galaxy.magnitude_r, galaxy.young_g_r, 0.55 * galaxy.young_g_r + 0.08),
    )
    light = PIXEL**2 * sum(colour * part for colour, part in zip(colours, parts, strict=True))
    if tau is not None:
        light *= np.exp(-EXTINCTION * tau)
    for px, py, magnitude, g_r, offset, factor, q, angle in galaxy.neighbours:
        radius = min(max(0.55 * 10 ** (0.15 * (21 - magnitude)), 0.3), 2.5) * factor
        u, v = rotate(x - GRID * scale * (px - 0.5), y - GRID * scale * (py - 0.5), angle)
        flux = fluxes(magnitude, g_r, 0.55 * g_r + offset)
        light += PIXEL**2 * flux * sersic(u, v, radius, 1.0, q)
    for px, py, share, g_r, spread in galaxy.stars:
        r_z = 0.45 * g_r if g_r < 1.3 else 0.45 * min(g_r, 1.45) + spread
        flux = fluxes(22 + 4 * math.log10(share), min(g_r, 1.45), r_z) * (PIXEL / scale) ** 2
        (ix, fx), (iy, fy) = (divmod(p * (GRID - 2), 1) for p in (px, py))
        four = np.outer((1 - fy, fy), (1 - fx, fx))  # pixels share the star
        light[:, int(iy) : int(iy) + 2, int(ix) : int(ix) + 2] += flux * four
    return light


def fluxes(magnitude, g_r, r_z):
    """Return nanomaggies in g, r, z, shape (3, 1, 1)."""
    magnitudes = bands(magnitude + g_r, magnitude, magnitude - r_z)
    return 10 ** (-0.4 * (magnitudes - np.float32(22.5)))


def simulate_class(label, n, seed=0, *, seeing=1.0, noise=1.0, colour_shift=0.0):
    """Simulate galaxies of one class.

    Parameters
    ----------
    label : int or str
        Class, 0 to 6 or a name of `CLASS_NAMES`.
    n : int
        Number of galaxies, at least 1; a larger set begins with those of a smaller one.
    seed : int
        At least 0.
    seeing, noise : float
        Factors on the seeing, whose median is 1.2 arcsec in r, and on the noise.
    colour_shift : float
        Reddening of g - z in magnitudes, half of it taken from g and half added to z. These
        three change the observation only, not the galaxies.

    Returns
    -------
    images : array, shape (n, 96, 96, 3), uint8
        Red, green, blue.
    parameters : dict of arrays, shape (n,), float32
        What was put in, in physical units: see `PARAMETERS`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is allowed.
    """
    if isinstance(label, str):
        if label not in CLASS_NAMES:
            raise ValueError(f"label must be 0 to 6 or one of {CLASS_NAMES}, not {label!r}")
        label = CLASS_NAMES.index(label)
    label = integer("label", label, most=len(CLASS_NAMES) - 1)
    n, seed = integer("n", n, least=1), integer("seed", seed)
    seeing, noise = real("seeing", seeing, above=0), real("noise", noise, above=0)
    conditions = {"seeing": seeing, "noise": noise}
    conditions["colour_shift"] = real("colour_shift", colour_shift)
    images, rows = np.empty((n, SIZE, SIZE, 3), "u1"), []
    for k in range(n):
        galaxy = draw_galaxy(label, seed, k)
        flux = camera(scene(galaxy), galaxy.night, galaxy.pixel_scale, **conditions)
        images[k] = asinh_colour(flux[None])[0]
        rows.append(galaxy.parameters())
    parameters = {name: np.array([row[name] for row in rows], "f4") for name in PARAMETERS}
    parameters["seeing"] *= seeing
    return images, parameters


def simulate_galaxies(n_per_class, seed=0, *, return_parameters=False, **conditions):
    """Simulate the seven classes in equal numbers.

    The classes take turns (0, 1, ... 6, 0, 1, ...): slices of whole turns are balanced, and
    a larger set begins with a smaller one. 4,200 images take about 11 CPU seconds.

    Parameters
    ----------
    n_per_class : int
        Galaxies per class, at least 1.
    seed : int
        At least 0. Sets of different seeds share no galaxy.
    return_parameters : bool
        Return the physical parameters as well.
    **conditions
        `seeing`, `noise` and `colour_shift` of `simulate_class`: a different observatory.

    Returns
    -------
    images : array, shape (7 * n_per_class, 96, 96, 3), uint8
    labels : array, shape (7 * n_per_class,), int64
        Index into `CLASS_NAMES`.
    parameters : dict of arrays, shape (7 * n_per_class,), float32
        Only with `return_parameters`: see `PARAMETERS`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is allowed.

    Examples
    --------
    >>> images, labels = simulate_galaxies(2, seed=1)
    >>> images.shape, labels[:8].tolist()
    ((14, 96, 96, 3), [0, 1, 2, 3, 4, 5, 6, 0])
    """
    n = integer("n_per_class", n_per_class, least=1)
    sets = [simulate_class(label, n, seed, **conditions) for label in range(len(CLASS_NAMES))]
    images = np.stack([images for images, _ in sets], axis=1).reshape(-1, SIZE, SIZE, 3)
    labels = np.tile(np.arange(len(CLASS_NAMES), dtype="i8"), n)
    if not return_parameters:
        return images, labels
    turns = {name: np.stack([values[name] for _, values in sets], axis=1) for name in PARAMETERS}
    return images, labels, {name: values.ravel() for name, values in turns.items()}
