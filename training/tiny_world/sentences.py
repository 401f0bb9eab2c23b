"""Training data: sentences of the tiny world, packed into documents and batches.

A sentence is (words, determined): determined[i] says that word i follows from the words before it (an object, a
name, a verb, a repetition). The loss counts such words fully and all others only a little (train.py).
Most documents hold one sentence: with many subjects in one context the model does not learn the facts in any affordable time.
"""

import random
from typing import NamedTuple

from .patterns import draw_agreement, draw_indirect_object, draw_name_pairs, draw_sequence, join_pairs
from .templates import STORY_TEMPLATES
from .words import ADJECTIVES, ANIMALS, BOS, CLS, COLOURS, NAMES, OBJECTS, PLACES, PRODUCTS, SEP, VERBS
from .world import World

# How often each family of sentences is drawn.
FAMILY_SHARES = {
    "fact": 0.48,
    "indirect_object": 0.12,
    "agreement": 0.08,
    "sequence": 0.14,
    "name_pairs": 0.14,
    "story": 0.04,
}
LENGTH_GROUPS = (10, 16, 32)  # a batch is split at these lengths in tokens, so that short documents need little padding


class Packing(NamedTuple):
    """How sentences become documents."""

    start: str  # special token in front
    end: str | None  # special token behind
    sentences: dict[int | None, float]  # how often a document has so many sentences; None: until the context is full


DECODER_PACKING = Packing(BOS, None, {1: 0.84, 2: 0.12, None: 0.04})
ENCODER_PACKING = Packing(CLS, SEP, {1: 0.9, 2: 0.1})


class Sentence(NamedTuple):
    words: list[str]
    determined: list[bool]


class Batch(NamedTuple):
    """Documents of similar length, padded with id 0; both lists are [document, token]."""

    ids: list[list[int]]
    determined: list[list[bool]]


class SentenceGenerator:
    """An endless stream of training data, reproducible from `seed`."""

    def __init__(self, world: World, packing: Packing, seed: int) -> None:
        self.world = world
        self.packing = packing
        self.rng = random.Random(seed)

    def sentence(self) -> Sentence:
        family = self.rng.choices(list(FAMILY_SHARES), list(FAMILY_SHARES.values()))[0]
        return getattr(self, family)()

    def fact(self) -> Sentence:
        fact = self.rng.choice(self.world.training_facts)
        return _answered(self.world.prompt(fact), self.world.facts[fact.relation][fact.subject], ".")

    def indirect_object(self) -> Sentence:
        item = draw_indirect_object(self.rng, for_test=False)
        return _answered(item.prompt, item.receiver, ".")

    def agreement(self) -> Sentence:
        item = draw_agreement(self.rng, self.rng.choice([0, 1, 1, 1, 2]), for_test=False)
        return _answered(item.prompt, self.rng.choice(VERBS)[item.number], self.rng.choice(ADJECTIVES), ".")

    def sequence(self) -> Sentence:
        """A sequence twice; every word of the second copy but its first is determined."""
        sequence = draw_sequence(self.rng)
        count = len(sequence)
        return Sentence([*sequence, *sequence, "."], [False] * (count + 1) + [True] * (count - 1) + [False])

    def name_pairs(self) -> Sentence:
        """The second listing's surnames are determined."""
        pairs = draw_name_pairs(self.rng)
        order = self.rng.sample(range(len(pairs.names)), len(pairs.names))
        again = [*join_pairs(pairs.names, pairs.surnames, order), "."]
        return Sentence(
            [*pairs.prompt, *again], [False] * len(pairs.prompt) + [word in pairs.surnames for word in again]
        )

    def story(self) -> Sentence:
        name, other_name = self.rng.sample(NAMES, 2)
        animal, other_animal = self.rng.sample(ANIMALS, 2)
        text = self.rng.choice(STORY_TEMPLATES).format(
            name=name,
            other_name=other_name,
            animal=animal,
            other_animal=other_animal,
            adjective=self.rng.choice(ADJECTIVES),
            place=self.rng.choice(PLACES),
            thing=self.rng.choice(OBJECTS),
            colour=self.rng.choice(COLOURS),
            product=self.rng.choice(PRODUCTS),
        )
        return Sentence(text.split(), [False] * len(text.split()))

    def document(self, length: int) -> Sentence:
        """Sentences between their special tokens, at most `length` tokens; the last sentence may be cut."""
        start, end, shares = self.packing
        count = self.rng.choices(list(shares), list(shares.values()))[0]
        room = length if end is None else length - 1
        tokens, determined = [start], [False]
        while len(tokens) < room and (count is None or count > 0):
            sentence = self.sentence()
            tokens += sentence.words
            determined += sentence.determined
            count = None if count is None else count - 1
        closing = [] if end is None else [end]
        return Sentence(tokens[:room] + closing, determined[:room] + [False] * len(closing))

    def batches(self, documents: int, length: int) -> list[Batch]:
        """One training step's documents, grouped by length and padded within each group."""
        groups: dict[int, list[Sentence]] = {}
        for document in (self.document(length) for _ in range(documents)):
            groups.setdefault(sum(len(document.words) > edge for edge in LENGTH_GROUPS), []).append(document)
        return [self._pad(groups[index]) for index in sorted(groups)]

    def _pad(self, documents: list[Sentence]) -> Batch:
        width = max(len(document.words) for document in documents)
        ids = [[self.world.ids[word] for word in document.words] for document in documents]
        return Batch(
            [row + [0] * (width - len(row)) for row in ids],
            [document.determined + [False] * (width - len(document.words)) for document in documents],
        )


def _answered(prompt: list[str], answer: str, *rest: str) -> Sentence:
    """A sentence whose only determined word is the one after the prompt."""
    return Sentence([*prompt, answer, *rest], [False] * len(prompt) + [True] + [False] * len(rest))
