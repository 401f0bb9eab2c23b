"""Generated pictures: exactly one coloured shape among up to two grey ones, on a noisy grey ground. Class = hue and shape.

The ground truth is known because the pictures are made: only the pixels of the coloured shape (`mask`) tell the class.
Grey shapes are of the same four kinds, so a model must find the coloured one first and cannot answer from any shape it sees.
Shapes in comments: B pictures, K shapes in a picture (shape 0 is the coloured one), S side in pixels.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

SIDE = 32
PATCH = 4
HUES = {"red": (0.9, 0.15, 0.15), "green": (0.1, 0.75, 0.2), "blue": (0.2, 0.3, 0.95)}
SHAPES = ("disc", "square", "triangle", "cross")
CLASSES = [f"{hue} {shape}" for hue in HUES for shape in SHAPES]

SHAPES_IN_PICTURE = 3
RADII = (4.5, 6.2)  # pixels
GAP = 1.0  # pixels between the circles around two shapes
PLACING_ATTEMPTS = 40
OUTSIDE = -9.0 * SIDE  # where a grey shape goes that finds no free place
DARK_GREYS, LIGHT_GREYS = (0.05, 0.3), (0.8, 0.95)  # the ground lies between them
GROUND = (0.45, 0.75)
BRIGHTNESS = (0.85, 1.1)  # factor on a shape's colour
GROUND_NOISE, SHAPE_NOISE = 0.05, 0.03  # standard deviations


class Pictures(NamedTuple):
    pixels: Tensor  # [B, 3, S, S] in [-1, 1]
    classes: Tensor  # [B]
    masks: Tensor  # [B, S, S], the pixels of the coloured shape


def draw_pictures(generator: Generator, count: int, coloured: bool = True) -> Pictures:
    """Without `coloured` all shapes are grey: such pictures have no class, and `classes` is what the first would have been."""

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=generator)

    def noise(deviation: float) -> Tensor:
        return deviation * torch.randn(count, 3, SIDE, SIDE, generator=generator)

    radii = uniform(*RADII, count, SHAPES_IN_PICTURE)
    centres = place(generator, radii)
    kinds = torch.randint(len(SHAPES), (count, SHAPES_IN_PICTURE), generator=generator)
    hues = torch.randint(len(HUES), (count,), generator=generator)
    covered = silhouettes(centres, radii, kinds)  # [B, K, S, S]

    dark = uniform(0, 1, count, SHAPES_IN_PICTURE) < 0.5
    greys = torch.where(
        dark, uniform(*DARK_GREYS, count, SHAPES_IN_PICTURE), uniform(*LIGHT_GREYS, count, SHAPES_IN_PICTURE)
    )
    colours = greys[:, :, None].repeat(1, 1, 3)  # [B, K, 3]
    if coloured:
        colours[:, 0] = torch.tensor(list(HUES.values()))[hues]
    colours *= uniform(*BRIGHTNESS, count, SHAPES_IN_PICTURE, 1)

    image = uniform(*GROUND, count, 1, 1, 1) + noise(GROUND_NOISE)
    grain = noise(SHAPE_NOISE)
    for shape in reversed(range(SHAPES_IN_PICTURE)):  # the coloured one last: nothing covers it
        image = torch.where(covered[:, shape, None], colours[:, shape, :, None, None] + grain, image)
    return Pictures(image.clamp(0, 1) * 2 - 1, hues * len(SHAPES) + kinds[:, 0], covered[:, 0])


def place(generator: Generator, radii: Tensor) -> Tensor:  # [B, K] -> centres (y, x) [B, K, 2]
    """Circles that lie within the picture and do not touch. A shape that finds no place lies outside; the first always does."""
    count, shapes = radii.shape
    centres = torch.zeros(count, shapes, 2)
    for shape in range(shapes):
        own = radii[:, shape, None]
        waiting = torch.ones(count, dtype=torch.bool)
        for _ in range(PLACING_ATTEMPTS):
            candidate = own + torch.rand(count, 2, generator=generator) * (SIDE - 1 - 2 * own)
            distances = (candidate[:, None] - centres[:, :shape]).norm(dim=-1)  # [B, placed shapes]
            free = (distances > radii[:, :shape] + own + GAP).all(1)
            centres[:, shape] = torch.where((waiting & free)[:, None], candidate, centres[:, shape])
            waiting &= ~free
            if not waiting.any():
                break
        centres[waiting, shape] = OUTSIDE
    return centres


def silhouettes(centres: Tensor, radii: Tensor, kinds: Tensor) -> Tensor:  # [B, K, 2], [B, K], [B, K] -> [B, K, S, S]
    """Which pixels every shape covers."""
    axis = torch.arange(SIDE)
    y = axis[:, None] - centres[:, :, :1, None]  # [B, K, S, 1]
    x = axis - centres[:, :, 1:, None]  # [B, K, 1, S]
    r = radii[:, :, None, None]
    across, beside = x.abs(), y.abs()
    square_distance, arm_distance = torch.maximum(across, beside), torch.minimum(across, beside)
    covered = {
        "disc": x * x + y * y <= r * r,
        "square": square_distance <= 0.85 * r,
        "triangle": (y <= 0.8 * r) & (y >= 2 * across - r),
        "cross": (arm_distance <= 0.33 * r) & (square_distance <= r),
    }
    every = torch.stack([covered[shape] for shape in SHAPES], 2)  # [B, K, shape, S, S]
    index = kinds[:, :, None, None, None].expand(-1, -1, 1, SIDE, SIDE)
    return every.gather(2, index)[:, :, 0]


def coverage(masks: Tensor) -> Tensor:  # [B, S, S] -> [B, patch]
    """Share of every patch's pixels that belong to the coloured shape; patches in rows, from the top left."""
    side = SIDE // PATCH
    return masks.unflatten(1, (side, PATCH)).unflatten(3, (side, PATCH)).float().mean((2, 4)).flatten(1)
