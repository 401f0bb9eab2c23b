"""What the encoder's report says about the encoder."""

from ..report import Wording

WORDING = Wording(
    title="Tiny world, encoder",
    layout="A BERT-layout masked language model",
    right="The most likely word at [MASK] is right, the whole sentence being given around it",
    last_occurrence="the word in front of the mask",
    eligible="[CLS], [SEP] and [MASK]",
    how_to_read=(
        "With the contrast, `in_class` puts a ground-truth token first in every family. So does the last block's "
        "attention at [MASK], so hit rates do not separate the two; a likely reason, not tested, is that the last block reads "
        "the source directly. The part of the positive scores separates them somewhat. Without the contrast `in_class` also "
        "rewards words that only say what kind of answer is due, and what all answers have in common. "
        "`gradient_x_input` fails where a word is copied. The scores of `in_class` go through the head's "
        "transform with its activation and norm frozen."
    ),
    deleted="[MASK]",
    deleted_in_training=(
        "In 15 % of the training documents up to half of the words that nothing determines were [MASK]: the model knows "
        "such sentences, though not ones with nearly all words gone."
    ),
    explained_at="[MASK]",
)
