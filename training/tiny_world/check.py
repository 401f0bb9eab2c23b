"""Quick self-check, seconds: `python -m tiny_world.check [--model DIR]`. Fails with a sentence and exit code 1.

The world is the one the weights were trained in; training never shows what the tests hold out; test items are true; the
tokenizers give words and the special tokens of their model; a published model folder, if given, belongs to this code.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

from common.check import check_report, require, run_checks
from common.files import compact_json

from .folder import MODEL_FILES
from .ground_truth import ground_truth
from .items import fact_items, pattern_items
from .kinds import kind_of
from .patterns import reserved
from .reading import MASKED_WORD, NEXT_WORD, Reading
from .report import report
from .sentences import DECODER_PACKING, SentenceGenerator
from .templates import RELATIONS
from .tokenizer import tokenizer
from .world import World

WORLD_HASH = "f1ea4e84d560eff2"
SENTENCES = 20000
TOKENIZED = {
    NEXT_WORD: {
        "Mary went to the SHOP": ["[BOS]", "mary", "went", "to", "the", "shop"],
        "mary, john. zebra": ["[BOS]", "mary", ",", "john", ".", "[UNK]"],
        "[UNK] lives in": ["[BOS]", "[UNK]", "lives", "in"],
        "": ["[BOS]"],
    },
    MASKED_WORD: {
        "Mary went to the [MASK].": ["[CLS]", "mary", "went", "to", "the", "[MASK]", ".", "[SEP]"],
        "[MASK]lives in zebra": ["[CLS]", "[MASK]", "lives", "in", "[UNK]", "[SEP]"],
        "": ["[CLS]", "[SEP]"],
    },
}


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
    generator = SentenceGenerator(world, DECODER_PACKING, seed=0)
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
        known = words + item.ok + item.foils + item.after
        require(all(word in world.ids for word in known), f"an unknown word: {item}")
        masked = MASKED_WORD.tokens(item)
        require(masked.index("[MASK]") == MASKED_WORD.answer(item), f"the mask is not at the answer: {item}")
        require(masked[1 : len(words)] == item.tokens, f"positions differ between the models: {item}")
        require(not set(item.ok) & set(item.foils), f"a foil is right: {item}")
        if item.family in ("indirect-object", "induction"):
            require(words[item.copy[0]] == item.target, f"the copied word is not the answer: {item}")
        if item.sub in RELATIONS:
            require(
                item.target == world.facts[item.sub].get(words[item.copy[0]]),
                f"the subject does not have this fact: {item}",
            )


def check_tokenizer(world: World, reading: Reading) -> None:
    loaded = Tokenizer.from_str(json.dumps(tokenizer(world, reading)))
    for text, expected in TOKENIZED[reading].items():
        ids = loaded.encode(text).ids
        require(ids == world.encode(expected), f"{text!r} becomes {ids}, not {expected}")
    for item in fact_items(world) + pattern_items(seed=0, count=20):
        tokens = reading.tokens(item)
        text = " ".join(tokens[1:-1] if reading.masked else tokens[1:])
        require(loaded.encode(text).ids == world.encode(tokens), f"{text!r} does not become the ids of training")


def check_folder(world: World, folder: Path) -> None:
    """The published files are those that this code writes."""
    kind = kind_of(folder)
    reading = kind.exported.reading
    require(
        json.loads((folder / "tokenizer.json").read_text()) == tokenizer(world, reading),
        "tokenizer.json is not this world's",
    )
    require(
        (folder / "world.json").read_text() == compact_json(ground_truth(world, reading)),
        "world.json is not this world's",
    )
    examples = [example.to_json() for example in kind.examples]
    require(json.loads((folder / "examples.json").read_text()) == examples, "examples.json is not of this code")
    for example in kind.examples:
        require(all(word in world.ids for word in example.tokens), f"example {example.id} has an unknown word")
    check_report(folder, MODEL_FILES, lambda evaluation: report(evaluation, kind.examples, kind.wording))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a published model folder to check as well")
    options = parser.parse_args()

    def checks() -> None:
        world = World()
        check_world(world)
        check_held_out(world)
        check_no_sister_facts(world)
        check_items(world)
        for reading in TOKENIZED:
            check_tokenizer(world, reading)
        if options.model:
            check_folder(world, options.model)

    return run_checks(checks)


if __name__ == "__main__":
    sys.exit(main())
