"""EVALUATION.md: the evaluation of all runs as a document. Formats numbers only; none are computed here."""

from common.tables import exactness, interval, percent, seed_heads, table, training_rows

from .attribution import METHODS
from .evaluate import CONFIDENT, EVALUATED, WITHOUT_CLASS
from .examples import Example
from .pictures import HUES, SHAPES

KEYS = ["class", *(f"class/{shape}" for shape in SHAPES), *(f"class/{hue}" for hue in HUES), "hue", "shape"]


def report(evaluation: dict, examples: list[Example]) -> str:
    runs = evaluation["runs"]
    committed = next(run for run in runs if run["seed"] == evaluation["committed_seed"])
    sections = [
        introduction(evaluation, committed),
        "## Behaviour\n\n" + behaviour(evaluation),
        "### Confirmation\n\n" + confirmation(runs),
        "## Completion artifacts\n\n" + artifacts(runs),
        "## Localisation\n\n" + localisation(committed),
        "## Perturbation\n\n" + perturbation(committed),
        "## Exactness\n\n" + exactness(evaluation, committed, "pictures"),
        "## Worked examples\n\n" + worked_examples(evaluation["examples"], examples),
    ]
    return "\n\n".join(sections) + "\n"


def introduction(evaluation: dict, committed: dict) -> str:
    seeds = [str(run["seed"]) for run in evaluation["runs"]]
    trained = (
        "One seed was trained" if len(seeds) == 1 else f"Seeds {', '.join(seeds)} were trained with the same settings"
    )
    return (
        "# Tiny shapes: evaluation of the embedded image model\n\nA ViT-layout classifier with "
        f"{committed['parameters']:,} parameters, trained on the generated pictures of `training/tiny_shapes`: one coloured "
        "shape among up to two grey ones on a noisy ground, class = hue × shape. "
        f"{trained} ({committed['steps']} steps); this folder holds seed "
        f"{committed['seed']}: {evaluation['rule']}. All numbers come from the exported float16 files, computed in "
        "float32 by a forward pass that shares no code with the training, on pictures rounded to 8 bits. The same numbers "
        "as data: `evaluation.json`. Pictures with their relevant patches: `ground-truth.png`, `ground-truth.json`. "
        "Commands: `training/README.md`."
    )


def title(key: str) -> str:
    return (
        f"class, of a {key.split('/')[1]} one" if key.split("/")[-1] in HUES else key.replace("class/", "class, of a ")
    )


def behaviour(evaluation: dict) -> str:
    runs, bars = evaluation["runs"], evaluation["bars"]
    rows = [
        [
            title(key),
            runs[0]["accuracy"][key]["n"],
            f"≥ {100 * bars[key]:.0f} %" if key in bars else "",
            *(percent(run["accuracy"][key]) for run in runs),
        ]
        for key in KEYS
    ]
    rows += training_rows(runs)
    return (
        f"The most likely class is right: share of {EVALUATED} fresh pictures with its 95 % interval (Wilson).\n\n"
        + table(["right is", "pictures", "bar", *seed_heads(runs)], rows)
        + "\n\nTraining drew fresh pictures in every step, so no picture was seen twice, in training or here."
    )


def confirmation(runs: list[dict]) -> str:
    rows = [
        [title(key), runs[0]["confirmation"][key]["n"], *(percent(run["confirmation"][key]) for run in runs)]
        for key in ("class", "hue", "shape")
    ]
    return (
        "The pictures above chose the model. These further ones, from another seed, took no part in any choice.\n\n"
        + table(["right is", "pictures", *seed_heads(runs)], rows)
    )


def artifacts(runs: list[dict]) -> str:
    shares = [percent(run["artifacts"]["confident_answer"]) for run in runs]
    return (
        f"{WITHOUT_CLASS} pictures in which all shapes are grey have no class; training showed none. Confident means "
        f"probability > {CONFIDENT}.\n\n"
        + table(["", *seed_heads(runs)], [["confident answer to a picture without a coloured shape", *shares]])
    )


def localisation(committed: dict) -> str:
    found = committed["localisation"]
    of_shape = found["patches_of_the_shape"]
    rows = [
        [f"`{method}`", *(interval(found["methods"][method][measure]) for measure in ("top1", "share", "auc"))]
        for method in METHODS
    ]
    part = of_shape["mean"] / found["patches"]
    return (
        f"{of_shape['n']} pictures that the model answers rightly. The ground truth is known from how the picture was "
        f"made: the patches of which the coloured shape covers at least one pixel, on average {of_shape['mean']:.1f} of "
        f"{found['patches']} ({100 * part:.0f} %). Scores are those of the patches for the output at [CLS]; [CLS] itself is "
        "left out. Intervals: 95 %, bootstrap over pictures.\n\n`in_class` is the part of each patch in the explained "
        "number: the class's logit (`logit`), minus the mean of all other classes (`contrast`), of the other shapes of its "
        "hue (`shape`), or of its shape in the other hues (`hue`).\n\n"
        + table(["method", "top patch is of the shape", "share of positive scores", "AUC, shape against rest"], rows)
        + "\n\nHow to read this. The first column separates little: most methods find the shape. The share separates more: "
        "it says how much of what a map shows as positive is on the shape. The AUC is lower for signed maps, because "
        "patches of the shape may argue against the class; it is not a measure of them."
    )


def perturbation(committed: dict) -> str:
    methods = committed["localisation"]["methods"]
    rows = [
        [
            f"`{method}`",
            interval(methods[method]["morf"]),
            interval(methods[method]["lerf"]),
            interval(methods[method]["gap"], sign=True),
        ]
        for method in METHODS
    ]
    return (
        "Patches become the mid grey, most relevant first (MoRF, lower is better) or least relevant first (LeRF, higher is "
        "better); numbers are the mean probability of the model's first answer over shares 0 … 0.9, with 95 % bootstrap "
        "intervals. Training showed no such patches.\n\n" + table(["method", "MoRF", "LeRF", "LeRF − MoRF"], rows)
    )


def worked_examples(explained: list[dict], examples: list[Example]) -> str:
    parts = ["What `examples.json` says to look at, in numbers: contributions to the explained number at [CLS]."]
    for example, numbers in zip(examples, explained):
        of_shape = ", ".join(
            f"{patch // 8},{patch % 8} {numbers['contributions'][patch + 1]:+.2f}" for patch in numbers["patches"]
        )
        parts += [
            f"### {example.title}",
            f"`{example.image}` → **{numbers['prediction']}** (probability {numbers['probability']:.2f}). Explained: "
            f"{example.answer} minus the mean of {', '.join(example.rivals)} = {numbers['number']:+.2f} without the head's "
            f"bias; the bias of all blocks is {numbers['bias']:+.2f} of it, [CLS] {numbers['contributions'][0]:+.2f}.",
            f"Patches of the shape (row,column): {of_shape}. On them lie {100 * numbers['share_on_the_shape']:.0f} % of the "
            "positive contributions of all patches.",
            f"{example.look} {example.why}",
        ]
    return "\n\n".join(parts)
