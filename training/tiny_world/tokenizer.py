"""The tokenizer of a model folder: one token per word.

Its type is WordPiece without continuation pieces, which every standard loader reads, and a post-processor that adds the
model's special tokens: the ids of a text are [BOS] and its words, or [CLS], its words and [SEP].
"""

from .reading import Reading
from .words import BOS, CLS, MASK, PAD, SEP, SPECIAL_TOKENS, UNKNOWN
from .world import World


def tokenizer(world: World, reading: Reading) -> dict:
    """tokenizer.json of the tokenizers library."""

    def special(index: int, token: str) -> dict:
        return {
            "id": index,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }

    def added(token: str) -> dict:
        return {"SpecialToken": {"id": token, "type_id": 0}}

    text, second_text = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    start, end = (added(CLS), [added(SEP)]) if reading.masked else (added(BOS), [])
    used = (CLS, SEP) if reading.masked else (BOS,)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special(index, token) for index, token in enumerate(SPECIAL_TOKENS)],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, text, *end],
            "pair": [start, text, *end, second_text, *end],
            "special_tokens": {token: {"id": token, "ids": [world.ids[token]], "tokens": [token]} for token in used},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
        "model": {
            "type": "WordPiece",
            "unk_token": UNKNOWN,
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": world.ids,
        },
    }


def tokenizer_config(context: int, reading: Reading) -> dict:
    """tokenizer_config.json: the most tokens a text may have, and what the special tokens are for."""
    roles = {"cls_token": CLS, "sep_token": SEP, "mask_token": MASK} if reading.masked else {"bos_token": BOS}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context,
        **roles,
        "unk_token": UNKNOWN,
        "pad_token": PAD,
    }
