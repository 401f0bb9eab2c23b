"""Random instances of the patterns that need no facts: indirect objects, agreement, repetition, name pairs.

Training sentences (sentences.py) and test items (items.py) are built from the same instances. Where the
space of prompts is small enough for training to cover much of it, `reserved` keeps an eighth of it for tests.
"""

import random
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from .templates import INDIRECT_OBJECT_TEMPLATES
from .words import NAMES, NOUNS, OBJECTS, PLACES, PREPOSITIONS, SEQUENCE_WORDS, SURNAMES


def reserved(prompt: list[str]) -> bool:
    """Whether a prompt belongs to the eighth that training never shows (by checksum of its text)."""
    return zlib.crc32(" ".join(prompt).encode()) % 8 == 0


class IndirectObject(NamedTuple):
    """`when mary and john went to the shop , john gave a drink to` -> receiver mary; giver john."""

    prompt: list[str]
    giver: str
    receiver: str
    giver_named_first: bool


def draw_indirect_object(rng: random.Random, for_test: bool) -> IndirectObject:
    while True:
        first, second = rng.sample(NAMES, 2)
        giver_named_first = rng.random() < 0.5
        giver, receiver = (first, second) if giver_named_first else (second, first)
        template = rng.choice(INDIRECT_OBJECT_TEMPLATES)
        prompt = template.format(
            a=first, b=second, s=giver, io="", place=rng.choice(PLACES), thing=rng.choice(OBJECTS)
        ).split()
        if reserved(prompt) == for_test:
            return IndirectObject(prompt, giver, receiver, giver_named_first)


class Agreement(NamedTuple):
    """`the keys near the door` -> plural verb. `number` is that of the head noun, at word 1: 0 singular, 1 plural."""

    prompt: list[str]
    number: int


def draw_agreement(rng: random.Random, attractors: int, for_test: bool) -> Agreement:
    """Tests have only attractors of the other number. Without attractors there are 48 prompts: none is reserved."""
    while True:
        number = rng.randrange(2)
        prompt = ["the", rng.choice(NOUNS)[number]]
        for _ in range(attractors):
            attractor_number = 1 - number if for_test else rng.randrange(2)
            prompt += [rng.choice(PREPOSITIONS), "the", rng.choice(NOUNS)[attractor_number]]
        if attractors == 0 or reserved(prompt) == for_test:
            return Agreement(prompt, number)


def draw_sequence(rng: random.Random) -> list[str]:
    """4 to 12 different words in random order; a sentence shows them twice."""
    return rng.sample(SEQUENCE_WORDS, rng.randint(4, 12))


class NamePairs(NamedTuple):
    """`the team : mary hall , john smith , anna kelly . again :` followed by the same pairs in another order."""

    prompt: list[str]
    names: list[str]
    surnames: list[str]


def draw_name_pairs(rng: random.Random) -> NamePairs:
    count = rng.choice([3, 3, 4, 5])
    names, surnames = rng.sample(NAMES, count), rng.sample(SURNAMES, count)
    listing = join_pairs(names, surnames, range(count))
    return NamePairs(["the", "team", ":", *listing, ".", "again", ":"], names, surnames)


def join_pairs(names: list[str], surnames: list[str], order: Iterable[int]) -> list[str]:
    """`name surname , name surname , ...` in the given order of indices."""
    with_commas = [word for i in order for word in (names[i], surnames[i], ",")]
    return with_commas[:-1]
