#!/usr/bin/env python3
"""The CNTK with global average pooling layer by layer, for comparison on the same card.

Sigma and Theta of a pair are [H][W][H][W] tensors in global memory, and every layer is one pass over them, as in the
code published with Arora et al. 2019 (arXiv 1904.11955, section 4). One array program for three backends: JAX (each
layer compiled into one program), CuPy and NumPy.

    python3 scripts/compare/layer_by_layer.py --backend jax              # time it
    python3 scripts/compare/layer_by_layer.py --backend numpy --check test/golden
    npx cntk bench --only planes-gap,layers-gap                          # the other side

Speed is in element-layers/s: one (p, q) element through one convolution + ReLU layer, Sigma and Theta both.
"""
import argparse
import json
import pathlib
import statistics
import time

import numpy


class Backend:
    """An array module with what differs between the three."""

    def __init__(self, name):
        self.compile = lambda function: function
        self.wait = lambda value: value
        if name == "numpy":
            self.arrays, self.device = numpy, "CPU (NumPy)"
        elif name == "cupy":
            import cupy

            self.arrays = cupy
            self.wait = lambda value: (cupy.cuda.Device().synchronize(), value)[1]
            self.device = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
        else:
            import jax

            self.arrays, self.compile = jax.numpy, jax.jit
            self.wait = jax.block_until_ready
            self.device = jax.devices()[0].device_kind


def patch(arrays, tensor):
    """patch(S)(p, q) = sum over the 3x3 window of S(p + d, q + d), zero outside; tensor [pairs][H][W][H][W]."""
    for first, second in ((1, 3), (2, 4)):
        size = tensor.shape[first]
        padded = arrays.pad(tensor, [(1, 1) if axis in (first, second) else (0, 0) for axis in range(5)])
        tensor = sum(padded[window(first, second, shift, size)] for shift in range(3))
    return tensor


def window(first, second, shift, size):
    return tuple(slice(shift, shift + size) if axis in (first, second) else slice(None) for axis in range(5))


def relu(arrays, sigma, norms_x, norms_z):
    """K and its derivative from Sigma [pairs][H][W][H][W] and the squared norms [pairs][H][W] of both images."""
    m = arrays.sqrt(norms_x[:, :, :, None, None] * norms_z[:, None, None, :, :])
    cosine = arrays.clip(arrays.where(m > 0, sigma / arrays.where(m > 0, m, 1), 0), -1, 1)
    angle = numpy.pi - arrays.arccos(cosine)
    scale = 1 / (9 * numpy.pi)
    return scale * m * (arrays.sqrt(1 - cosine * cosine) + cosine * angle), scale * angle


def covariance(arrays, x, z):
    """Sigma of layer 0; x and z [pairs][C][H][W]."""
    return patch(arrays, arrays.einsum("nchw,ncij->nhwij", x, z))


def diagonal(arrays, sigma):
    """[pairs][H][W] of Sigma(p, p)."""
    return arrays.einsum("nhwhw->nhw", sigma)


def squared_norms(arrays, images, layers):
    """Per layer [images][H][W]: each image with itself, all of its tensor, as the published code does."""
    sigma, norms = covariance(arrays, images, images), []
    for layer in range(layers):
        norms.append(diagonal(arrays, sigma))
        if layer < layers - 1:
            sigma = patch(arrays, relu(arrays, sigma, norms[-1], norms[-1])[0])
    return norms


def step(arrays):
    """One layer but the last: (Sigma, Theta) to the next."""

    def layer(sigma, theta, norms_x, norms_z):
        kappa1, kappa0 = relu(arrays, sigma, norms_x, norms_z)
        return patch(arrays, kappa1), patch(arrays, kappa0 * theta + kappa1)

    return layer


def readout(arrays):
    """The last layer, its K left out (first and last layer are not trained), and the mean over all (p, q)."""

    def layer(sigma, theta, norms_x, norms_z):
        return (relu(arrays, sigma, norms_x, norms_z)[1] * theta).mean(axis=(1, 2, 3, 4))

    return layer


def make_kernel(backend, layers):
    arrays = backend.arrays
    first = backend.compile(lambda x, z: covariance(arrays, x, z))
    middle, last = backend.compile(step(arrays)), backend.compile(readout(arrays))

    def kernel(x, z, norms_x, norms_z):
        sigma = first(x, z)
        theta = arrays.zeros_like(sigma)
        for layer in range(layers - 1):
            sigma, theta = middle(sigma, theta, norms_x[layer], norms_z[layer])
        return last(sigma, theta, norms_x[-1], norms_z[-1])

    return kernel


def check(backend, folder):
    """Largest relative error against golden values."""
    worst, count = 0.0, 0
    for case in json.loads((folder / "cases.json").read_text()):
        if (case["kernel"], case["readout"], case["trained"]) != ("ntk", "gap", "hidden") or case["depth"] < 3:
            continue
        images = backend.arrays.asarray(numpy.load(folder / case["images"]))
        # A pair of 32x32 images is 8 MiB in float64: the small ones are enough to check the program.
        if images.shape[-1] > 16:
            continue
        expected, layers = numpy.load(folder / case["expected"]), case["depth"] - 1
        norms = squared_norms(backend.arrays, images, layers)
        kernel = make_kernel(backend, layers)
        for i in range(len(images)):
            for j in range(len(images)):
                one, other = slice(i, i + 1), slice(j, j + 1)
                value = float(kernel(images[one], images[other], [n[one] for n in norms], [n[other] for n in norms])[0])
                error = abs(value - expected[i, j]) / max(abs(expected[i, j]), numpy.finfo(float).tiny)
                worst, count = max(worst, error if expected[i, j] != 0 else abs(value)), count + 1
    return {"values": count, "largestRelativeError": worst}


def measure(backend, size, depth, pairs, repeats):
    layers = depth - 1
    random = numpy.random.default_rng(1)
    images = backend.arrays.asarray(random.standard_normal((2 * pairs, 3, size, size)), dtype="float32")
    x, z = images[:pairs], images[pairs:]
    norms_x, norms_z = (squared_norms(backend.arrays, part, layers) for part in (x, z))
    kernel = make_kernel(backend, layers)
    started = time.perf_counter()
    backend.wait(kernel(x, z, norms_x, norms_z))
    first = time.perf_counter() - started
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        backend.wait(kernel(x, z, norms_x, norms_z))
        seconds.append(time.perf_counter() - started)
    work = pairs * size**4 * layers
    return {
        "pairs": pairs,
        "depth": depth,
        "size": size,
        "firstSeconds": first,
        "medianSeconds": statistics.median(seconds),
        "elementLayersPerSecond": work / statistics.median(seconds),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=("jax", "cupy", "numpy"), default="jax")
    parser.add_argument("--size", type=int, default=32, help="height and width of the images")
    parser.add_argument("--depth", type=int, default=11, help="convolution layers + 1, at least 3")
    parser.add_argument("--pairs", type=int, default=8, help="pairs at a time: 8 MiB per pair and tensor at 32x32")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--check", type=pathlib.Path, metavar="FOLDER", help="compare with golden values instead")
    options = parser.parse_args()
    if options.depth < 3:
        parser.error(f"--depth {options.depth}: without first and last layer the kernel is zero; at least 3")
    try:
        backend = Backend(options.backend)
    except ImportError as error:
        parser.error(f"--backend {options.backend}: {error}; pip install it, or take another backend")
    result = (
        check(backend, options.check)
        if options.check
        else measure(backend, options.size, options.depth, options.pairs, options.repeats)
    )
    print(json.dumps({"backend": options.backend, "device": backend.device, **result}))


if __name__ == "__main__":
    main()
