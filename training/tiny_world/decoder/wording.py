"""What the decoder's report says about the decoder."""

from ..report import Wording

WORDING = Wording(
    title="Tiny world",
    layout="A GPT-2-layout decoder",
    right="The most likely next word is right",
    last_occurrence="the last word",
    eligible="[BOS] and the last",
    how_to_read=(
        "Fact prompts have only 2–6 eligible tokens: compare with `random`. Without a "
        "contrast, `in_class` also rewards words that only say what kind of answer is due. With the contrast, an "
        "indirect object's second giver is a fair answer too: it lowers the giver's own logit (see the first worked "
        "example), so read the `copy` or `cue` table there, and note how the seeds differ. `gradient_x_input` "
        "is at or below random by construction: LayerNorm ignores the scale of its input, so a token's gradient "
        "is nearly orthogonal to the token itself."
    ),
    deleted="[UNK]",
    deleted_in_training=(
        "10 % of the words of a fifth of the training "
        "documents were [UNK]: the model knows the token, but not in such numbers."
    ),
    explained_at="the last token",
)
