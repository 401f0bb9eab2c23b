"""EVALUATION.md: the evaluation of all runs as a document. Formats numbers only; none are computed here."""

from dataclasses import dataclass

from common.tables import exactness, interval, percent, seed_heads, table, training_rows

from .attribution import METHODS
from .examples import Example
from .localisation import FAMILIES, ITEMS_PER_FAMILY

TITLES = {
    "fact": "trained facts",
    "fact-derived": "trained two-hop facts",
    "fact-paraphrase": "held-out paraphrases",
    "induction": "induction",
    "agreement": "agreement",
    "indirect-object": "indirect object",
}
PATTERN_FAMILIES = ("induction", "agreement", "indirect-object")
RELATION_TITLES = {
    "city_language": "city → country → language",
    "person_country": "person → city → country",
    "person_language": "person → city → country → language",
}


@dataclass(frozen=True)
class Wording:
    """What only one of the models' reports says."""

    title: str
    layout: str  # what the model is, in front of its number of parameters
    right: str  # when an answer counts as right
    last_occurrence: str  # what the earlier occurrence is of: the word in front of the answer
    eligible: str  # all tokens but which
    how_to_read: str  # remarks on the localisation tables
    deleted: str  # what a deleted token becomes
    deleted_in_training: str  # how often training showed that
    explained_at: str  # where the worked examples' answers stand


def report(evaluation: dict, examples: list[Example], wording: Wording) -> str:
    runs = evaluation["runs"]
    committed = next(run for run in runs if run["seed"] == evaluation["committed_seed"])
    sections = [
        introduction(evaluation, committed, wording),
        "## Behaviour\n\n" + behaviour(evaluation, wording),
        "### Confirmation\n\n" + confirmation(runs),
        "## Held-out two-hop facts\n\n" + two_hop(runs),
        "## Completion artifacts\n\n" + artifacts(runs),
        "## Localisation\n\n" + localisation(runs, committed, wording),
        "## Perturbation\n\n" + perturbation(committed, wording),
        "## Exactness\n\n" + exactness(evaluation, committed, "prompts"),
        "## Worked examples\n\n" + worked_examples(evaluation["examples"], examples, wording),
    ]
    return "\n\n".join(sections) + "\n"


def introduction(evaluation: dict, committed: dict, wording: Wording) -> str:
    others = ", ".join(str(run["seed"]) for run in evaluation["runs"])
    return (
        f"# {wording.title}: evaluation of the embedded model\n\n{wording.layout} with "
        f"{committed['parameters']:,} parameters, trained on the generated language of `training/tiny_world`. "
        f"Seeds {others} were trained with the same settings ({committed['steps']} steps); this folder holds seed "
        f"{committed['seed']}: {evaluation['rule']}. All numbers come from the exported float16 files, computed in "
        "float32 by a forward pass that shares no code with the training. The same numbers as data: `evaluation.json`. "
        "Commands: `training/README.md`."
    )


def behaviour(evaluation: dict, wording: Wording) -> str:
    runs, bars = evaluation["runs"], evaluation["bars"]
    rows = []
    for family, title in TITLES.items():
        for key in [family, *variants(runs[0]["accuracy"], family)]:
            bar = f"≥ {100 * bars[key]:.0f} %" if key in bars else ""
            shares = (percent(run["accuracy"][key]) for run in runs)
            rows.append([title if key == family else variant_title(key), runs[0]["accuracy"][key]["n"], bar, *shares])
    rows += training_rows(runs)
    return (
        f"{wording.right}: share of items with its 95 % interval (Wilson).\n\n"
        + table(["family", "items", "bar", *seed_heads(runs)], rows)
        + "\n\nTrained facts are every fact sentence of the training set. A held-out paraphrase is a wording that "
        "training never showed with this subject, of a fact that it showed in other words. Patterns are drawn "
        "afresh; indirect-object prompts and agreement prompts with attractors come from the eighth of all "
        "prompts that training leaves out. Without attractors there are only 48 agreement prompts, and training "
        "has seen them all. All attractors in the test have the other number. An agreement answer is right when "
        "it is any verb of the right number; its probability is shared among four such verbs."
    )


def confirmation(runs: list[dict]) -> str:
    rows = [
        [TITLES[family] if key == family else variant_title(key), runs[0]["confirmation"][key]["n"]]
        + [percent(run["confirmation"][key]) for run in runs]
        for family in PATTERN_FAMILIES
        for key in [family, *variants(runs[0]["confirmation"], family)]
    ]
    return (
        "The items above chose the model, so their figures for it lean to the favourable side. These further items, "
        "from another seed, took no part in any choice.\n\n" + table(["family", "items", *seed_heads(runs)], rows)
    )


def variants(accuracy: dict, family: str) -> list[str]:
    """The keys of a pattern's variants. Facts have relations instead, which are not listed one by one."""
    return [key for key in accuracy if key.startswith(f"{family}/")] if family in PATTERN_FAMILIES else []


def variant_title(key: str) -> str:
    return f"— {key.split('/')[1].replace('-', ' ')}"


def two_hop(runs: list[dict]) -> str:
    rows = [
        [title, runs[0]["accuracy"][key]["n"], *(percent(run["accuracy"][key]) for run in runs)]
        for relation, title in RELATION_TITLES.items()
        for key in [f"two-hop-held-out/{relation}"]
    ]
    return (
        "Facts that follow from two or three stated facts but were never stated for this subject. No bar: "
        "reported as they are. Chance is about 1/8.\n\n"
        + table(["chain", "items", *seed_heads(runs)], rows)
        + "\n\nBoth person relations leave out the same people, so no item has a sister fact (country and "
        "language determine each other) in training. What remains is a few subjects in three wordings each: 7 "
        "cities and 8 people. The three items of a subject are not independent, so the intervals are too "
        "narrow. One way round stays open for 5 of the 7 cities: a resident's language is stated."
    )


def artifacts(runs: list[dict]) -> str:
    lines = [
        ("missing fact: confident answer of the right kind", "missing-fact", "confident_answer"),
        ("missing fact: most likely word is of the right kind", "missing-fact", "right_kind"),
        ("subject of the wrong kind: confident answer of the right kind", "mismatched", "confident_answer"),
        ("subject of the wrong kind: most likely word is of the right kind", "mismatched", "right_kind"),
        (
            "held-out two-hop fact: confident wrong answer of the right kind",
            "two-hop-held-out",
            "confident_wrong_answer",
        ),
        ("trained fact: confident wrong answer of the right kind", "trained-facts", "confident_wrong_answer"),
    ]
    rows = [
        [
            title,
            runs[0]["artifacts"][family][measure]["n"],
            *(percent(run["artifacts"][family][measure]) for run in runs),
        ]
        for title, family, measure in lines
    ]
    return (
        "Answers where the world has none. Twelve subject–relation pairs have no fact (three wordings each); a "
        "relation can also be asked of a subject that cannot have it. Confident means probability > 0.5.\n\n"
        + table(["", "items", *seed_heads(runs)], rows)
    )


def localisation(runs: list[dict], committed: dict, wording: Wording) -> str:
    families = committed["localisation"]["families"]

    def method_table(measure: str) -> str:
        return table(
            ["method", *FAMILIES],
            [
                [f"`{method}`", *(interval(families[family][method][measure]) for family in FAMILIES)]
                for method in METHODS
            ],
        )

    seeds = table(
        ["method", "seed", *FAMILIES],
        [
            [
                f"`{method}`",
                run["seed"],
                *(f"{run['localisation']['families'][family][method]['top1_copy']['mean']:.2f}" for family in FAMILIES),
            ]
            for method in METHODS[:3]
            for run in runs
        ],
    )
    counts = ", ".join(f"{family} {families[family]['in']['top1_copy']['n']}" for family in FAMILIES)
    return (
        f"Up to {ITEMS_PER_FAMILY} items of each family that the model answers rightly ({counts}; agreement with "
        "attractors only). The ground truth is known from how the sentence was made. `copy` tokens are those "
        "whose value decides the answer: the subject of a fact, the receiver's name, the word to copy, the head "
        "noun. `cue` tokens steer or name the relation: relation words, the giver's name, the earlier occurrence "
        f"of {wording.last_occurrence}. Eligible are all tokens but {wording.eligible}. Intervals: 95 %, bootstrap over "
        "items.\n\n`in_class` is the part of each token in the explained number: the class logit (`logit`), minus "
        "the mean over the vocabulary (`centred`), or minus the mean of the foils (`contrast`: other objects of "
        "the kind, the giver, the other words of the sequence, the other number).\n\n"
        "The highest-scored token is a `copy` token:\n\n"
        + method_table("top1_copy")
        + "\n\nPart of the positive scores that lies on `copy` tokens:\n\n"
        + method_table("share_copy")
        + "\n\nThe highest-scored token is a `copy` or a `cue` token:\n\n"
        + method_table("top1_copy_or_cue")
        + "\n\nThe `copy` hit rates for every seed:\n\n"
        + seeds
        + f"\n\nHow to read this. {wording.how_to_read}"
    )


def perturbation(committed: dict, wording: Wording) -> str:
    families = committed["localisation"]["families"]

    def cell(entry: dict) -> str:
        return f"{entry['morf']['mean']:.2f} / {entry['lerf']['mean']:.2f} / {interval(entry['gap'], sign=True)}"

    rows = [[f"`{method}`", *(cell(families[family][method]) for family in FAMILIES)] for method in METHODS]
    return (
        f"Eligible tokens become {wording.deleted}, most relevant first (MoRF, lower is better) or least relevant first (LeRF, "
        "higher is better); numbers are the mean probability of the model's first answer over shares 0 … 0.9, and "
        f"the gap LeRF − MoRF with its 95 % bootstrap interval. {wording.deleted_in_training}\n\n"
        + table(["method", *FAMILIES], rows)
        + "\n\nThe order is not that of localisation, and this test should not be read as its judge. A likely reason, "
        "not tested: signed scores rank tokens lowest that speak for the foils, and deleting a cue destroys the "
        "answer whatever its own value contributes."
    )


def worked_examples(explained: list[dict], examples: list[Example], wording: Wording) -> str:
    parts = [
        "What `examples.json` says to look at, in numbers: contributions to the explained number at "
        f"{wording.explained_at}. "
        "They and the bias sum to it."
    ]
    for example, numbers in zip(examples, explained):
        lines = [
            f"### {example.title}",
            f"{example.prompt} → **{numbers['prediction']}** (probability {numbers['probability']:.2f}). "
            f"Explained: {example.answer} minus {reference(example.rivals)} = {numbers['number']:+.2f}.",
            contributions(numbers["tokens"], numbers["contributions"]) + f" · bias {numbers['bias']:+.2f}",
        ]
        if "contributions_to_rival" in numbers:
            lines.append(
                f"Contributions to {example.rivals[0]} minus the mean of all words: "
                + contributions(numbers["tokens"], numbers["contributions_to_rival"])
            )
        parts += [*lines, f"{example.look} {example.why}"]
    return "\n\n".join(parts)


def reference(rivals: list[str]) -> str:
    """What the explained logit is compared with, in words."""
    if not rivals:
        return "the mean of all words"
    return rivals[0] if len(rivals) == 1 else f"the mean of {', '.join(rivals)}"


def contributions(tokens: list[str], parts: list[float]) -> str:
    return " · ".join(f"`{token}` {part:+.2f}" for token, part in zip(tokens, parts))
