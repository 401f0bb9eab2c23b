"""The worked examples of the page (examples.json), checked against the committed model before they are written.

Each example says in words what to look at. `claims` says the same in numbers, so that the page never shows a sentence that
its own numbers contradict: a model that does not bear a claim out is refused.
"""

from dataclasses import dataclass, field

import torch

from .attribution import direction
from .exported import ExportedModel
from .words import BOS, CLS, MASK, SEP
from .world import World

NEGLIGIBLE = 0.1  # share of the largest contribution


@dataclass(frozen=True)
class Claims:
    """Positions of tokens, 0 = the leading special token; about contributions to the explained number."""

    largest: set[int]  # these are the largest of all tokens
    against: set[int] = field(default_factory=set)  # these are negative
    negligible: set[int] = field(default_factory=set)  # these are below a tenth of the largest, either sign
    lowers_rival: set[int] = field(
        default_factory=set
    )  # these lower the rival's logit, relative to the mean over the vocabulary


@dataclass(frozen=True)
class Example:
    id: str
    family: str
    title: str
    prompt: str  # plain text without the special tokens that the tokenizer adds; a masked model's has one [MASK]
    answer: str  # the word explained; the model predicts it
    kind: str  # direction: centred or contrast
    look: str
    why: str
    claims: Claims
    rivals: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return self.prompt.split()

    @property
    def tokens(self) -> list[str]:
        """What the model reads."""
        return [CLS, *self.words, SEP] if MASK in self.words else [BOS, *self.words]

    @property
    def explained_token(self) -> int:
        """Position of the token whose output is explained."""
        return self.tokens.index(MASK) if MASK in self.words else len(self.words)

    def to_json(self) -> dict:
        target = {"token": self.explained_token, "class": self.answer, "direction": self.kind}
        if self.kind == "contrast":
            target["rivals"] = self.rivals
        return {
            "id": self.id,
            "title": self.title,
            "prompt": self.prompt,
            "target": target,
            "look": self.look,
            "why": self.why,
            "family": self.family,
        }


class BrokenClaim(Exception):
    """The model does not do what an example says."""


@torch.no_grad()
def explain(model: ExportedModel, world: World, example: Example) -> dict:
    """The model's answer, and every source's part of the explained number; parts and bias sum to it."""
    tokens, at = example.tokens, example.explained_token
    trace = model.run(model.embed(torch.tensor([world.encode(tokens)])))
    output = trace.y[:, at]  # [1, D]
    sources = model.push_read_out(model.contributions(trace)[:, at], output)[0]  # [source, D]
    explained = direction(model, world, example.answer, example.kind, example.rivals)
    parts = (sources @ explained).tolist()
    probabilities = model.logits(output[0]).softmax(-1)
    result = {
        "id": example.id,
        "prediction": world.vocabulary[int(probabilities.argmax())],
        "probability": round(float(probabilities.max()), 4),
        "number": round(float(model.read_out(output[0]) @ explained), 4),
        "tokens": tokens,
        "contributions": [round(part, 4) for part in parts[:-1]],
        "bias": round(parts[-1], 4),
    }
    if example.claims.lowers_rival:
        rival = direction(model, world, example.rivals[0], "centred", [])
        result["contributions_to_rival"] = [round(part, 4) for part in (sources[:-1] @ rival).tolist()]
    return result


def verified(model: ExportedModel, world: World, example: Example) -> dict:
    """What `explain` finds, if it is what the example claims."""
    explained = explain(model, world, example)
    parts, claims = explained["contributions"], example.claims
    ranked = sorted(range(len(parts)), key=lambda position: -parts[position])
    largest = set(ranked[: len(claims.largest)])
    broken = {
        f"the model answers {explained['prediction']}, not {example.answer}": explained["prediction"] != example.answer,
        f"the largest contributions are those of {largest}, not {claims.largest}": largest != claims.largest,
        f"not all of {claims.against} count against {example.answer}": any(parts[p] >= 0 for p in claims.against),
        f"not all of {claims.negligible} are negligible": any(
            abs(parts[p]) > NEGLIGIBLE * parts[ranked[0]] for p in claims.negligible
        ),
        f"not all of {claims.lowers_rival} lower the rival": any(
            explained["contributions_to_rival"][p] >= 0 for p in claims.lowers_rival
        ),
    }
    for sentence, is_broken in broken.items():
        if is_broken:
            raise BrokenClaim(f"{example.id}: {sentence}")
    return explained
