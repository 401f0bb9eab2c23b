"""The two models of the tiny world: what measuring and publishing need to know of each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from .decoder.examples import EXAMPLES as DECODER_EXAMPLES
from .decoder.frozen import ExportedDecoder
from .decoder.model import Decoder, DecoderConfig
from .decoder.wording import WORDING as DECODER_WORDING
from .encoder.examples import EXAMPLES as ENCODER_EXAMPLES
from .encoder.frozen import ExportedEncoder
from .encoder.model import Encoder, EncoderConfig
from .encoder.wording import WORDING as ENCODER_WORDING
from .examples import Example
from .exported import ExportedModel
from .report import Wording


@dataclass(frozen=True)
class Kind:
    exported: Callable[..., ExportedModel]  # (folder, dtype): read from the exported files
    untrained: Callable[[int], nn.Module]  # the training code's model for so many words
    transformers_class: str
    bars: dict[str, float]  # smallest share of right answers, for each family, of a model that may be published
    examples: list[Example]
    wording: Wording


KINDS_BY_TYPE = {
    "gpt2": Kind(
        exported=ExportedDecoder,
        untrained=lambda vocab: Decoder(DecoderConfig(vocab)),
        transformers_class="GPT2LMHeadModel",
        bars={
            "fact": 0.99,
            "fact-derived": 0.99,
            "fact-paraphrase": 0.95,
            "indirect-object": 0.98,
            "induction": 0.98,
            "agreement": 0.98,
        },
        examples=DECODER_EXAMPLES,
        wording=DECODER_WORDING,
    ),
    "bert": Kind(
        exported=ExportedEncoder,
        untrained=lambda vocab: Encoder(EncoderConfig(vocab)),
        transformers_class="BertForMaskedLM",
        bars={
            "fact": 0.99,
            "fact-derived": 0.99,
            "fact-paraphrase": 0.99,
            "indirect-object": 0.99,
            "induction/sequence": 0.98,
            "induction/name-pair": 0.98,
            "agreement": 0.99,
        },
        examples=ENCODER_EXAMPLES,
        wording=ENCODER_WORDING,
    ),
}


def kind_of(folder: Path) -> Kind:
    return KINDS_BY_TYPE[json.loads((folder / "config.json").read_text())["model_type"]]
