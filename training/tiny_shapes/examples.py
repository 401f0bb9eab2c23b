"""The worked examples of the page: pictures, what to look at, and the same in numbers, checked before they are written."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .attribution import direction, rivals
from .frozen import ExportedClassifier
from .ground_truth import patches
from .pictures import CLASSES, coverage, draw_pictures
from .png import from_bytes, to_bytes

DRAWN = 400  # pictures from which an example takes the first of its class


@dataclass(frozen=True)
class Example:
    id: str
    title: str
    answer: str  # the class explained; the model predicts it
    kind: str  # what it is compared with: the same hue in other shapes (shape), or the shape in other hues (hue)
    seed: int
    least_share: float  # of the positive contributions, on patches of the coloured shape
    look: str
    why: str

    @property
    def image(self) -> str:
        return f"{self.answer.replace(' ', '-')}.png"

    @property
    def rivals(self) -> list[str]:
        return [CLASSES[rival] for rival in rivals(CLASSES.index(self.answer), self.kind)]

    def picture(self) -> tuple[Tensor, list[float]]:
        """8-bit picture [S, S, 3], and the share of every patch that the coloured shape covers."""
        drawn = draw_pictures(Generator().manual_seed(self.seed), DRAWN)
        chosen = int((drawn.classes == CLASSES.index(self.answer)).nonzero()[0])
        return to_bytes(drawn.pixels[chosen]), coverage(drawn.masks)[chosen].tolist()

    def to_json(self) -> dict:
        target = {"token": 0, "class": self.answer, "direction": "contrast", "rivals": self.rivals}
        return {
            "id": self.id,
            "title": self.title,
            "image": self.image,
            "target": target,
            "look": self.look,
            "why": self.why,
            **patches(self.picture()[1]),
        }


EXAMPLES = [
    Example(
        "red-square",
        "Which shape is red?",
        "red square",
        "shape",
        seed=4,
        least_share=0.9,
        look="Nine tenths of what speaks for a square lie on the red square, not on the black one beside it.",
        why="Grey shapes never decide the class, so the model must read the outline of the one that has a colour.",
    ),
    Example(
        "blue-cross",
        "Which colour has the cross?",
        "blue cross",
        "hue",
        seed=6,
        least_share=0.8,
        look="Asked for blue, not red or green: four fifths of what speaks for it lie on the blue cross, not on the white one.",
        why="A hue can be read off a single patch, a shape takes several together: compare with the other example.",
    ),
]


class BrokenClaim(Exception):
    """The model does not do what an example says."""


@torch.no_grad()
def explain(model: ExportedClassifier, example: Example) -> dict:
    """The model's answer, every token's part of the explained number, and what falls on the shape."""
    picture, shares = example.picture()
    trace = model.run(model.embed(from_bytes(picture)[None]))
    explained = direction(model, CLASSES.index(example.answer), example.kind)
    parts = (model.contributions(trace)[0, 0] @ explained).tolist()  # of [CLS], the patches, and the bias
    probabilities = model.logits(trace.y[0, 0]).softmax(-1)
    by_patch = parts[1:-1]
    positive = sum(max(0.0, part) for part in by_patch)
    on_shape = sum(max(0.0, part) for part, share in zip(by_patch, shares) if share > 0)
    return {
        "id": example.id,
        "prediction": CLASSES[int(probabilities.argmax())],
        "probability": round(float(probabilities.max()), 4),
        "number": round(float(trace.y[0, 0] @ explained), 4),
        "share_on_the_shape": round(on_shape / positive, 4),
        "top_patch": max(range(len(by_patch)), key=lambda patch: by_patch[patch]),
        "contributions": [round(part, 4) for part in parts[:-1]],
        "bias": round(parts[-1], 4),
        **patches(shares),
    }


def verified(model: ExportedClassifier, example: Example) -> dict:
    """What `explain` finds, if it is what the example claims."""
    found = explain(model, example)
    broken = {
        f"the model answers {found['prediction']}": found["prediction"] != example.answer,
        f"the largest contribution is that of patch {found['top_patch']}": found["top_patch"] not in found["patches"],
        f"only {found['share_on_the_shape']} of the positive contributions lie on the shape": (
            found["share_on_the_shape"] < example.least_share
        ),
    }
    for sentence, is_broken in broken.items():
        if is_broken:
            raise BrokenClaim(f"{example.id}: {sentence}")
    return found
