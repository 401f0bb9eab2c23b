"""The tiny world: its facts, which of them are held out or missing, and its vocabulary.

Everything follows from one seed. The order of the random draws is part of the world: change it and the
facts change with it. Sentences about the world are in sentences.py, test items in items.py.
"""

import random
from itertools import chain
from typing import NamedTuple

from . import words
from .templates import (
    DERIVED_RELATIONS,
    INDIRECT_OBJECT_TEMPLATES,
    PATTERN_WORDS,
    RELATIONS,
    STORY_TEMPLATES,
)

SEED = 7
TWO_HOP_HELD_OUT = 0.25  # share of the subjects of each derived relation whose fact is never stated
PARAPHRASE_HELD_OUT = 0.25  # share of the direct facts that lose one of their three templates
MISSING_PER_RELATION = 3  # subjects without a fact, in each of four relations


class FactSentence(NamedTuple):
    """One fact in one wording; `template` indexes the relation's templates."""

    relation: str
    subject: str
    template: int


class World:
    """Facts `{relation: {subject: object}}`, their split into training and held-out, and the vocabulary.

    missing[relation]         subjects that have no such fact: a confident answer is an artifact
    held_out_two_hop[relation] subjects whose derived fact is never stated. Both person relations hold out the same
                              people: country and language determine each other, so stating one would give the other away
    training_facts            fact sentences that training may show
    held_out_paraphrases      fact sentences never shown, although the fact is, in other words
    """

    def __init__(self) -> None:
        rng = random.Random(SEED)
        self.facts = _draw_facts(rng)
        self.missing = {
            "city_flag": rng.sample(self._cities, MISSING_PER_RELATION),
            "city_river": rng.sample(self._cities, MISSING_PER_RELATION),
            "person_instrument": rng.sample(words.PEOPLE, MISSING_PER_RELATION),
            "person_job": rng.sample(words.PEOPLE, MISSING_PER_RELATION),
        }
        for relation, subjects in self.missing.items():
            for subject in subjects:
                del self.facts[relation][subject]
        self.held_out_two_hop = {
            relation: sorted(
                rng.sample(sorted(self.facts[relation]), int(len(self.facts[relation]) * TWO_HOP_HELD_OUT))
            )
            for relation in DERIVED_RELATIONS
        }
        self.held_out_two_hop["person_language"] = self.held_out_two_hop["person_country"]
        self.training_facts, self.held_out_paraphrases = self._split(rng)
        self.vocabulary = [*words.SPECIAL_TOKENS, *sorted(set(_all_words()))]
        self.ids = {word: index for index, word in enumerate(self.vocabulary)}

    @property
    def _cities(self) -> list[str]:
        """The cities in the shuffled order in which they got their facts."""
        return list(self.facts["city_country"])

    def _split(self, rng: random.Random) -> tuple[list[FactSentence], list[FactSentence]]:
        training, paraphrases = [], []
        for name, relation in RELATIONS.items():
            for subject in self.facts[name]:
                if subject in self.held_out_two_hop.get(name, ()):
                    continue
                dropped = None
                if not relation.derived and rng.random() < PARAPHRASE_HELD_OUT:
                    dropped = rng.randrange(len(relation.templates))
                for template in range(len(relation.templates)):
                    (paraphrases if template == dropped else training).append(FactSentence(name, subject, template))
        return training, paraphrases

    def prompt(self, fact: FactSentence) -> list[str]:
        """The words of a fact sentence up to its object, e.g. `the flag of tarsk is`."""
        return RELATIONS[fact.relation].templates[fact.template].format(s=fact.subject, o="").split()

    def encode(self, tokens: list[str]) -> list[int]:
        """Ids of known words and special tokens."""
        return [self.ids[token] for token in tokens]


def _draw_facts(rng: random.Random) -> dict[str, dict[str, str]]:
    def balanced(subjects: list[str], objects: list[str]) -> dict[str, str]:
        """Every object is used as often as every other, give or take one."""
        supply = objects * (len(subjects) // len(objects) + 1)
        return dict(zip(subjects, rng.sample(supply[: len(subjects)], len(subjects))))

    cities = words.CITIES[:]
    rng.shuffle(cities)
    facts: dict[str, dict[str, str]] = {name: {} for name in RELATIONS}
    facts["city_country"] = {city: words.COUNTRIES[i % len(words.COUNTRIES)] for i, city in enumerate(cities)}
    facts["city_river"] = balanced(cities, words.RIVERS)
    facts["city_flag"] = balanced(cities, words.COLOURS)
    facts["city_product"] = balanced(cities, words.PRODUCTS)
    facts["country_capital"] = {
        country: rng.choice([city for city in cities if facts["city_country"][city] == country])
        for country in words.COUNTRIES
    }
    facts["country_language"] = dict(zip(words.COUNTRIES, words.LANGUAGES))
    facts["country_continent"] = balanced(words.COUNTRIES, words.CONTINENTS)
    facts["person_city"] = balanced(words.PEOPLE, cities)
    facts["person_job"] = balanced(words.PEOPLE, words.JOBS)
    facts["person_instrument"] = balanced(words.PEOPLE, words.INSTRUMENTS)
    # Two hops: city -> country -> language, person -> city -> country, and all three steps.
    facts["city_language"] = {city: facts["country_language"][facts["city_country"][city]] for city in cities}
    facts["person_country"] = {person: facts["city_country"][facts["person_city"][person]] for person in words.PEOPLE}
    facts["person_language"] = {
        person: facts["country_language"][facts["person_country"][person]] for person in words.PEOPLE
    }
    return facts


def _all_words() -> chain[str]:
    templates = chain.from_iterable(relation.templates for relation in RELATIONS.values())
    template_words = (
        word
        for template in chain(templates, INDIRECT_OBJECT_TEMPLATES, STORY_TEMPLATES)
        for word in template.split()
        if "{" not in word
    )
    return chain(
        words.NAMES,
        words.SURNAMES,
        words.CITIES,
        words.COUNTRIES,
        words.LANGUAGES,
        words.CONTINENTS,
        words.RIVERS,
        words.COLOURS,
        words.PRODUCTS,
        words.JOBS,
        words.INSTRUMENTS,
        words.PLACES,
        words.OBJECTS,
        words.ANIMALS,
        words.PREPOSITIONS,
        words.ADJECTIVES,
        *words.NOUNS,
        *words.VERBS,
        template_words,
        PATTERN_WORDS,
    )
