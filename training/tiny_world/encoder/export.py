"""Writes a trained encoder as a model folder in the hub's layout: config, float16 weights, tokenizer, ground truth."""

from pathlib import Path

from common.files import write_weights

from ..folder import write_text_files
from ..reading import MASKED_WORD
from ..words import PAD
from ..world import World
from .model import Encoder


def export_model(model: Encoder, world: World, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_weights(out / "model.safetensors", model.state_dict())
    write_text_files(out, world, MASKED_WORD, bert_config(model, world), model.config.context)


def bert_config(model: Encoder, world: World) -> dict:
    """config.json of transformers' BertForMaskedLM."""
    config = model.config
    return {
        "architectures": ["BertForMaskedLM"],
        "model_type": "bert",
        "vocab_size": config.vocab,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "intermediate_size": 4 * config.d_model,
        "hidden_act": "gelu",
        "layer_norm_eps": config.norm_epsilon,
        "max_position_embeddings": config.context,
        "type_vocab_size": 2,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": world.ids[PAD],
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
    }
