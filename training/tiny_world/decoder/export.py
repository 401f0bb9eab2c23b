"""Writes a trained decoder as a model folder in the hub's layout: config, float16 weights, tokenizer, ground truth."""

from pathlib import Path

from common.files import write_weights

from ..folder import write_text_files
from ..reading import NEXT_WORD
from ..words import BOS, PAD
from ..world import World
from .model import Decoder


def export_model(model: Decoder, world: World, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_weights(out / "model.safetensors", model.state_dict())
    write_text_files(out, world, NEXT_WORD, gpt2_config(model, world), model.config.context)


def gpt2_config(model: Decoder, world: World) -> dict:
    """config.json of transformers' GPT2LMHeadModel."""
    config = model.config
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": config.vocab,
        "n_positions": config.context,
        "n_ctx": config.context,
        "n_embd": config.d_model,
        "n_layer": config.layers,
        "n_head": config.heads,
        "n_inner": None,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": config.norm_epsilon,
        "resid_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "attn_pdrop": 0.0,
        "bos_token_id": world.ids[BOS],
        "eos_token_id": world.ids[BOS],
        "pad_token_id": world.ids[PAD],
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
    }
