"""The camera of a survey: seeing, calibration, noise, and the colour picture, band by band.

Bands are g, r and z, the first axis; fluxes are in nanomaggies (22.5 mag) per native pixel.

Sources
-------
.. [1] Dey et al. 2019, AJ 157, 168 (Legacy Surveys): bands, depth, seeing, colour pictures.
.. [2] Moffat 1969, A&A 3, 455; Trujillo et al. 2001, MNRAS 328, 977: the seeing profile.
"""

import math

import numpy as np
from scipy import fft

SIZE = 96  # pixels of an image
GRID = 128  # pixels of a scene: the Fourier blur is periodic, its margin of 16 stays unseen
PIXEL = 0.262  # arcsec, the survey's native pixel [1]; fluxes are per native pixel


def bands(g, r, z):
    return np.array([g, r, z], "f4")[:, None, None]


SEEING = bands(1.30, 1.20, 1.10)  # median FWHM in arcsec [1]
SKY_NOISE = bands(2.1e-3, 3.3e-3, 8.0e-3)  # rms in nanomaggies
SKY_LEVEL = bands(0.09, 0.30, 2.0)  # dark sky in nanomaggies
STRETCH = bands(6.0, 3.4, 2.2)  # the viewer's weights [1]
STRETCH_M, STRETCH_Q = 0.03, 20.0  # its offset (sets sky to 32 of 255) and its softening
LUMA = bands(0.299, 0.587, 0.114)  # JPEG's brightness from red, green and blue
WAVENUMBER = 2 * np.pi * np.hypot(np.fft.fftfreq(GRID)[:, None], np.fft.rfftfreq(GRID))
WAVENUMBER = WAVENUMBER.astype("f4")  # per pixel


def camera(light, night, scale=PIXEL, *, seeing=1.0, noise=1.0, colour_shift=0.0):
    """Look at a scene through the atmosphere of a night.

    Parameters
    ----------
    light : array, shape (3, 128, 128)
        Nanomaggies per native pixel; g, r, z.
    night : Night
    scale : float
        Arcsec per pixel.
    seeing, noise, colour_shift : float
        As in `simulate_class`.

    Returns
    -------
    array, shape (3, 96, 96), float32
        Nanomaggies per native pixel.
    """
    edge = (GRID - SIZE) // 2
    seen = blur(light, SEEING * bands(*night.widths) * (night.seeing * seeing / scale))
    seen = seen[:, edge:-edge, edge:-edge] * bands(*night.gains)
    seen *= 10 ** (colour_shift * bands(-0.2, 0, 0.2))  # half of it in g, half in z
    seen += night.sky / STRETCH
    shot = np.sqrt(1 + np.maximum(seen, 0) / SKY_LEVEL)  # photons of sky and objects
    rms = noise * night.depth * SKY_NOISE
    return seen + rms * shot * grain(np.random.default_rng(night.seed), seen.shape)


def blur(light, fwhm):
    """Convolve (3, 128, 128) with Moffat profiles, beta = 3.5; `fwhm` (3, 1, 1) in pixels [2]."""
    k = WAVENUMBER * (fwhm / np.float32(0.9359))  # FWHM = 2 alpha sqrt(2^(1/beta) - 1)
    transfer = (1 + k + k * k / 3) * np.exp(-k)  # x^2.5 K_2.5(x), normalised to one at x = 0
    return fft.irfft2(fft.rfft2(light) * transfer, s=light.shape[1:])


def grain(rng, shape):
    """Draw noise of unit variance as resampling leaves it: neighbours share 42 % of it."""
    bands, height, width = shape
    noise = rng.standard_normal((bands, height + 2, width + 2), dtype="f4")
    noise = 0.95 * noise[:, 1:-1] + 0.22 * (noise[:, :-2] + noise[:, 2:])
    return 0.95 * noise[..., 1:-1] + 0.22 * (noise[..., :-2] + noise[..., 2:])


def asinh_colour(flux):
    """Turn g, r, z images into the Legacy Surveys viewer's colour picture.

    Parameters
    ----------
    flux : array, shape (n, 3, height, width)
        Flux in nanomaggies per pixel of 0.262 arcsec; order of bands g, r, z.

    Returns
    -------
    array, shape (n, height, width, 3), uint8
        Red, green and blue from z, r and g. An empty sky is 32 in each.
    """
    scaled = flux * STRETCH + np.float32(STRETCH_M)
    intensity = np.maximum(scaled, 0).mean(1, keepdims=True) + np.float32(1e-6)
    stretch = np.arcsinh(STRETCH_Q * intensity) / (math.sqrt(STRETCH_Q) * intensity)
    picture = np.clip(scaled * stretch, 0, 1)[:, ::-1] * 255
    # The viewer's JPEG keeps colour at half resolution and quantises its fine detail away: the
    # grain of the sky is coarser in colour than in brightness.
    if picture.shape[2] % 4 == picture.shape[3] % 4 == 0:
        luma = (picture * LUMA).sum(1, keepdims=True)
        half = halve(picture - luma)
        half = 0.6 * half + 0.4 * double(halve(half))
        picture = luma + double(half)
    return np.clip(np.rint(picture), 0, 255).astype("u1").transpose(0, 2, 3, 1)


def halve(x):
    """Average over 2 x 2 pixels."""
    x = x[..., ::2, :] + x[..., 1::2, :]
    return (x[..., ::2] + x[..., 1::2]) / 4


def double(x):
    return x.repeat(2, -2).repeat(2, -1)
