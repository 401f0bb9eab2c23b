"""The worked examples of the page (examples.json), checked against the committed model before they are written.

Each example says in words what to look at. `claims` says the same in numbers, so that the page never shows a sentence that
its own numbers contradict: a model that does not bear a claim out is refused. They were chosen for the committed model.
"""

from dataclasses import dataclass, field

import torch

from .attribution import direction
from .frozen import ExportedDecoder
from .words import BOS, LANGUAGES, RIVERS
from .world import World

NEGLIGIBLE = 0.1  # share of the largest contribution


@dataclass(frozen=True)
class Claims:
    """Positions of tokens, 0 = [BOS]; about contributions to the explained number."""

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
    prompt: str  # plain text, without [BOS]
    answer: str  # the word explained; the model predicts it
    kind: str  # direction: centred or contrast
    look: str
    why: str
    claims: Claims
    rivals: list[str] = field(default_factory=list)

    def to_json(self) -> dict:
        target = {"token": len(self.prompt.split()), "class": self.answer, "direction": self.kind}
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


EXAMPLES = [
    Example(
        "indirect-object",
        "indirect-object",
        "Who receives the drink?",
        "when mary and john went to the shop , john gave a drink to",
        "mary",
        "contrast",
        look="mary and the second john speak for mary, the first john speaks against her.",
        why="A repeated name lowers its own logit: the second john takes back what the first one gave, and mary remains.",
        claims=Claims(largest={2, 10}, against={4}, lowers_rival={10}),
        rivals=["john"],
    ),
    Example(
        "fact",
        "fact",
        "A fact the model has learnt",
        "the river that crosses dunmere is the",
        "glint",
        "contrast",
        look="dunmere alone decides which river it is.",
        why="All other words are the same for every city, so they cannot tell one river from another.",
        claims=Claims(largest={5}, negligible={1, 2, 3, 4, 6, 7}),
        rivals=[river for river in RIVERS if river != "glint"],
    ),
    Example(
        "two-hop",
        "two-hop-held-out",
        "A conclusion it was never told",
        "people in iverton speak",
        "kalmic",
        "contrast",
        look="iverton decides the language, although no sentence ever named its language.",
        why="Training said that iverton lies in kalmia and that people in kalmia speak kalmic; the model joins the two.",
        claims=Claims(largest={3}),
        rivals=[language for language in LANGUAGES if language != "kalmic"],
    ),
    Example(
        "induction",
        "induction",
        "Copying from earlier in the text",
        "the team : mary hall , john smith , anna kelly . again : john",
        "smith",
        "centred",
        look="The answer comes from the earlier smith, not from the john that asks for it.",
        why="The model finds the earlier john and copies the word after it.",
        claims=Claims(largest={8}, negligible={7}),
    ),
    Example(
        "agreement",
        "agreement",
        "Which noun the verb agrees with",
        "the keys near the cabinet behind the door",
        "are",
        "contrast",
        look="keys, six words back, asks for are; cabinet and door add next to nothing.",
        why="The verb belongs to the first noun; the nouns in between have the other number and must be passed over.",
        claims=Claims(largest={2}, negligible={5, 8}),
        rivals=["is"],
    ),
    Example(
        "artifact",
        "missing-fact",
        "An answer to a question that has none",
        "the river of lunden is the",
        "fenna",
        "centred",
        look="lunden adds about as much as each of the words that ask for any river at all: river, is, the.",
        why="This world gives lunden no river, yet the model is sure: it completes the pattern with something that fits.",
        claims=Claims(largest={2, 4, 5, 6}),
    ),
]


class BrokenClaim(Exception):
    """The model does not do what an example says."""


@torch.no_grad()
def explain(decoder: ExportedDecoder, world: World, example: Example) -> dict:
    """The model's answer, and every source's part of the explained number; parts and bias sum to it."""
    tokens = example.prompt.split()
    trace = decoder.run(decoder.embed(torch.tensor([world.encode(tokens)])))
    sources = decoder.contributions(trace)[0, -1]  # [source, D]
    explained = direction(decoder, world, example.answer, example.kind, example.rivals)
    parts = (sources @ explained).tolist()
    probabilities = decoder.logits(trace.y[0, -1]).softmax(-1)
    result = {
        "id": example.id,
        "prediction": world.vocabulary[int(probabilities.argmax())],
        "probability": round(float(probabilities.max()), 4),
        "number": round(float(trace.y[0, -1] @ explained), 4),
        "tokens": [BOS, *tokens],
        "contributions": [round(part, 4) for part in parts[:-1]],
        "bias": round(parts[-1], 4),
    }
    if example.claims.lowers_rival:
        rival = direction(decoder, world, example.rivals[0], "centred", [])
        result["contributions_to_rival"] = [round(part, 4) for part in (sources[:-1] @ rival).tolist()]
    return result


def verified(decoder: ExportedDecoder, world: World, example: Example) -> dict:
    """What `explain` finds, if it is what the example claims."""
    explained = explain(decoder, world, example)
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
