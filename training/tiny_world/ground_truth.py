"""world.json: the world as data, beside a model that was trained in it."""

import random
from dataclasses import asdict

from .items import Item, fact_items, pattern_items
from .reading import Reading
from .templates import INDIRECT_OBJECT_TEMPLATES, RELATION_WORDS, RELATIONS
from .words import KINDS
from .world import World

SENTENCE_SEED = 2024
SENTENCES_PER_FAMILY = 40


def ground_truth(world: World, reading: Reading) -> dict:
    """world.json: everything that is true in the world, what training left out, and fresh sentences with their answers.

    A sentence has the words `after` its answer only for a model that reads them.
    """
    return {
        "relations": {
            name: {
                "subject": relation.subject,
                "object": relation.object,
                "derived": relation.derived,
                "templates": [template.removesuffix(" {o}") for template in relation.templates],
                "facts": world.facts[name],
            }
            for name, relation in RELATIONS.items()
        },
        "kinds": KINDS,
        "relation_words": sorted(RELATION_WORDS),
        "indirect_object_templates": INDIRECT_OBJECT_TEMPLATES,
        "held_out_paraphrases": world.held_out_paraphrases,
        "held_out_two_hop": world.held_out_two_hop,
        "missing": world.missing,
        "sentences": [sentence(item, reading) for item in sample_sentences(world)],
    }


def sample_sentences(world: World) -> list[Item]:
    """Up to SENTENCES_PER_FAMILY items of every family, drawn from all of its relations or variants."""
    families: dict[str, list[Item]] = {}
    for item in fact_items(world) + pattern_items(SENTENCE_SEED, SENTENCES_PER_FAMILY):
        families.setdefault(item.family, []).append(item)
    rng = random.Random(SENTENCE_SEED)
    return [item for items in families.values() for item in rng.sample(items, min(len(items), SENTENCES_PER_FAMILY))]


def sentence(item: Item, reading: Reading) -> dict:
    fields = asdict(item)
    return fields if reading.masked else {name: value for name, value in fields.items() if name != "after"}
