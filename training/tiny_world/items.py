"""Test items with known answers and known responsible tokens.

An item is a prompt and what is true about its next word; and the rest of the sentence, for models that read it too. The ground truth of attribution has two levels:
  copy  tokens whose *value* must reach the output: the subject of a fact, the receiver's name, the copied word,
        the head noun
  cue   tokens that only steer attention or name the relation: relation words, the giver's name, the earlier
        occurrence of the last word
Facts come from the world in full; all other families are drawn afresh from a seed.
"""

import random
from dataclasses import dataclass

from .patterns import draw_agreement, draw_indirect_object, draw_name_pairs, draw_sequence, join_pairs
from .templates import RELATION_WORDS, RELATIONS
from .words import ADJECTIVES, KINDS, VERBS
from .world import FactSentence, World


@dataclass(frozen=True)
class Item:
    family: str  # fact, fact-derived, fact-paraphrase, two-hop-held-out, missing-fact, mismatched,
    # indirect-object, induction, agreement
    sub: str  # the relation, or the variant of the pattern
    tokens: list[str]  # the words before the answer, without the leading special token
    target: str | None  # the next word; None where the world has no answer
    ok: list[str]  # all next words that count as right
    foils: list[str]  # the words a contrast compares the target with
    copy: list[int]  # positions, 0 = the leading special token
    cue: list[int]  # positions, 0 = the leading special token
    after: list[str]  # the words after the answer, which only a masked model reads


def fact_item(world: World, family: str, fact: FactSentence) -> Item:
    """`the flag of tarsk is`; foils are the other objects of the kind, copy is the subject, cue the relation words."""
    tokens = world.prompt(fact)
    answer = world.facts[fact.relation].get(fact.subject)
    return Item(
        family,
        fact.relation,
        tokens,
        answer,
        ok=[] if answer is None else [answer],
        foils=[word for word in KINDS[RELATIONS[fact.relation].object] if word != answer],
        copy=[tokens.index(fact.subject) + 1],
        cue=[index for index, word in enumerate(tokens, start=1) if word in RELATION_WORDS],
        after=["."],
    )


def fact_items(world: World) -> list[Item]:
    """Every fact sentence of the world: trained, paraphrases, held-out two-hop facts and missing facts."""

    def all_templates(subjects: dict[str, list[str]]) -> list[FactSentence]:
        return [FactSentence(name, subject, t) for name in subjects for subject in subjects[name] for t in range(3)]

    trained = [
        fact_item(world, "fact-derived" if RELATIONS[fact.relation].derived else "fact", fact)
        for fact in world.training_facts
    ]
    paraphrases = [fact_item(world, "fact-paraphrase", fact) for fact in world.held_out_paraphrases]
    two_hop = [fact_item(world, "two-hop-held-out", fact) for fact in all_templates(world.held_out_two_hop)]
    missing = [fact_item(world, "missing-fact", fact) for fact in all_templates(world.missing)]
    return trained + paraphrases + two_hop + missing


def pattern_items(seed: int, count: int) -> list[Item]:
    """`count` fresh items of every variant of the patterns."""
    rng = random.Random(seed)
    rng_after = random.Random(seed + 1)  # of its own, so that the prompts do not depend on what comes after them
    items = []
    for _ in range(count):
        items += [
            indirect_object_item(rng),
            sequence_item(rng),
            name_pair_item(rng, rng_after),
            *(agreement_item(rng, rng_after, attractors) for attractors in (0, 1, 2)),
        ]
    return items


def indirect_object_item(rng: random.Random) -> Item:
    """The variant says which of the two is named first."""
    drawn = draw_indirect_object(rng, for_test=True)
    positions = {name: [i for i, word in enumerate(drawn.prompt, start=1) if word == name] for name in drawn.prompt}
    return Item(
        "indirect-object",
        "giver-first" if drawn.giver_named_first else "receiver-first",
        drawn.prompt,
        drawn.receiver,
        ok=[drawn.receiver],
        foils=[drawn.giver],
        copy=positions[drawn.receiver],
        cue=positions[drawn.giver],
        after=["."],
    )


def sequence_item(rng: random.Random) -> Item:
    """A sequence, then its beginning again, cut anywhere: the next word is the one that followed before."""
    sequence = draw_sequence(rng)
    cut = rng.randint(1, len(sequence) - 1)
    target = sequence[cut]
    return Item(
        "induction",
        "sequence",
        [*sequence, *sequence[:cut]],
        target,
        ok=[target],
        foils=[word for word in sequence if word != target],
        copy=[cut + 1],
        cue=[cut],
        after=[*sequence[cut + 1 :], "."],
    )


def name_pair_item(rng: random.Random, rng_after: random.Random) -> Item:
    """The second listing, cut after some name: the next word is that person's surname."""
    pairs = draw_name_pairs(rng)
    asked = rng.randrange(len(pairs.names))
    others = [i for i in rng.sample(range(len(pairs.names)), len(pairs.names)) if i != asked]
    before = others[: rng.randrange(len(pairs.names))]
    listed = join_pairs(pairs.names, pairs.surnames, before)
    tokens = [*pairs.prompt, *listed, *([","] if listed else []), pairs.names[asked]]
    first = tokens.index(pairs.names[asked]) + 1
    target = pairs.surnames[asked]
    left = rng_after.sample(sorted(set(others) - set(before)), len(others) - len(before))
    rest = join_pairs(pairs.names, pairs.surnames, left)
    return Item(
        "induction",
        "name-pair",
        tokens,
        target,
        ok=[target],
        foils=[name for name in pairs.surnames if name != target],
        copy=[first + 1],
        cue=[first],
        after=[*([","] if rest else []), *rest, "."],
    )


def agreement_item(rng: random.Random, rng_after: random.Random, attractors: int) -> Item:
    """Every verb of the right number is right; the contrast is `is` against `are`. All attractors have the other number."""
    drawn = draw_agreement(rng, attractors, for_test=True)
    return Item(
        "agreement",
        f"{attractors}-attractor",
        drawn.prompt,
        VERBS[0][drawn.number],
        ok=[verb[drawn.number] for verb in VERBS],
        foils=[VERBS[0][1 - drawn.number]],
        copy=[2],
        cue=[],
        after=[rng_after.choice(ADJECTIVES), "."],
    )
