"""Quick self-check, seconds: `python -m tiny_world.check [--model DIR]`. Fails with a sentence and exit code 1.

The world is the one the weights were trained in; training never shows what the tests hold out; test items are true; the
tokenizer gives [BOS] and words; a published model folder, if given, belongs to this code.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

from .export import compact_json, ground_truth, tokenizer
from .items import fact_items, pattern_items
from .patterns import reserved
from .sentences import SentenceGenerator
from .templates import RELATIONS
from .world import World

WORLD_HASH = "f1ea4e84d560eff2"
SENTENCES = 20000
TOKENIZED = {
    "Mary went to the SHOP": ["[BOS]", "mary", "went", "to", "the", "shop"],
    "mary, john. zebra": ["[BOS]", "mary", ",", "john", ".", "[UNK]"],
    "[UNK] lives in": ["[BOS]", "[UNK]", "lives", "in"],
    "": ["[BOS]"],
}


class CheckFailed(Exception):
    """Something that the trained weights or the tests rely on does not hold."""


def require(condition: bool, sentence: str) -> None:
    if not condition:
        raise CheckFailed(sentence)


def check_world(world: World) -> None:
    state = json.dumps(
        [world.vocabulary, world.facts, world.missing, world.held_out_two_hop, world.held_out_paraphrases]
    )
    found = hashlib.sha256(state.encode()).hexdigest()[:16]
    require(
        found == WORLD_HASH,
        f"the world is {found}, the weights belong to {WORLD_HASH}: word lists, templates or draws have changed",
    )


def check_held_out(world: World) -> None:
    """No held-out or missing prompt is ever the beginning of a training sentence, nor is a reserved pattern."""
    items = fact_items(world)
    held = {
        tuple(item.tokens) for item in items if item.family in ("fact-paraphrase", "two-hop-held-out", "missing-fact")
    }
    trained = {tuple(world.prompt(fact)) for fact in world.training_facts}
    require(not held & trained, "a held-out fact is among the training facts")
    generator = SentenceGenerator(world, seed=0)
    for _ in range(SENTENCES):
        words = generator.sentence().words
        require(tuple(words[:-2]) not in held, f"training shows a held-out fact: {' '.join(words)}")
    for _ in range(SENTENCES // 10):
        require(
            not reserved(generator.indirect_object().words[:-2]), "training shows a reserved indirect-object prompt"
        )
        words = generator.agreement().words[:-3]
        require(len(words) == 2 or not reserved(words), "training shows a reserved agreement prompt")


def check_no_sister_facts(world: World) -> None:
    require(
        world.held_out_two_hop["person_country"] == world.held_out_two_hop["person_language"],
        "a person's country is held out, but the language that gives it away is not",
    )


def check_items(world: World) -> None:
    """Answers are true, ground-truth positions lie within the prompt and point at the right words."""
    for item in fact_items(world) + pattern_items(seed=0, count=50):
        words = ["[BOS]", *item.tokens]
        require(all(0 < position < len(words) for position in item.copy + item.cue), f"a position lies outside: {item}")
        require(all(word in world.ids for word in words + item.ok + item.foils), f"an unknown word: {item}")
        require(not set(item.ok) & set(item.foils), f"a foil is right: {item}")
        if item.family in ("indirect-object", "induction"):
            require(words[item.copy[0]] == item.target, f"the copied word is not the answer: {item}")
        if item.sub in RELATIONS:
            require(
                item.target == world.facts[item.sub].get(words[item.copy[0]]),
                f"the subject does not have this fact: {item}",
            )


def check_tokenizer(world: World, definition: str) -> None:
    loaded = Tokenizer.from_str(definition)
    for text, expected in TOKENIZED.items():
        ids = loaded.encode(text).ids
        require(ids == [world.ids[token] for token in expected], f"{text!r} becomes {ids}, not {expected}")


def check_folder(world: World, folder: Path) -> None:
    """The published tokenizer and ground truth are those that this code writes."""
    require(
        json.loads((folder / "tokenizer.json").read_text()) == tokenizer(world), "tokenizer.json is not this world's"
    )
    require((folder / "world.json").read_text() == compact_json(ground_truth(world)), "world.json is not this world's")
    for example in json.loads((folder / "examples.json").read_text()):
        words = example["prompt"].split()
        require(all(word in world.ids for word in words), f"example {example['id']} has an unknown word")
        require(example["target"]["token"] == len(words), f"example {example['id']} does not explain its last token")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a published model folder to check as well")
    options = parser.parse_args()
    world = World()
    try:
        check_world(world)
        check_held_out(world)
        check_no_sister_facts(world)
        check_items(world)
        check_tokenizer(world, json.dumps(tokenizer(world)))
        if options.model:
            check_folder(world, options.model)
    except CheckFailed as failure:
        print(f"check failed: {failure}", file=sys.stderr)
        return 1
    print("all checks passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
