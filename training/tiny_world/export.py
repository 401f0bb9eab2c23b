"""Writes a trained decoder as a model folder in the hub's layout: config, float16 weights, tokenizer, ground truth.

The tokenizer has one token per word. Its type is WordPiece without continuation pieces, which every standard
loader reads, and a post-processor that prepends [BOS]: the ids of a text are [BOS] and its words.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from .items import Item, fact_items, pattern_items
from .model import Decoder
from .templates import INDIRECT_OBJECT_TEMPLATES, RELATION_WORDS, RELATIONS
from .words import BOS, KINDS, PAD, SPECIAL_TOKENS, UNKNOWN
from .world import World

SENTENCE_SEED = 2024
SENTENCES_PER_FAMILY = 40


def export_model(model: Decoder, world: World, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o644)
    write_json(out / "config.json", gpt2_config(model, world))
    write_json(out / "tokenizer.json", tokenizer(world))
    write_json(
        out / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.config.context,
            "bos_token": BOS,
            "unk_token": UNKNOWN,
            "pad_token": PAD,
        },
    )
    (out / "world.json").write_text(compact_json(ground_truth(world)))


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


def tokenizer(world: World) -> dict:
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

    bos = {"SpecialToken": {"id": BOS, "type_id": 0}}
    text, second_text = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special(index, token) for index, token in enumerate(SPECIAL_TOKENS)],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [bos, text],
            "pair": [bos, text, second_text],
            "special_tokens": {BOS: {"id": BOS, "ids": [world.ids[BOS]], "tokens": [BOS]}},
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


def ground_truth(world: World) -> dict:
    """world.json: everything that is true in the world, what training left out, and fresh sentences with their answers."""
    return {
        "relations": {
            name: {
                "subject": relation.subject,
                "object": relation.object,
                "derived": relation.derived,
                "templates": [template.removesuffix(" {o}") for template in relation.templates],
                "facts": world.facts[name],
            }
            for name, relation in RELATIONS.items()
        },
        "kinds": KINDS,
        "relation_words": sorted(RELATION_WORDS),
        "indirect_object_templates": INDIRECT_OBJECT_TEMPLATES,
        "held_out_paraphrases": world.held_out_paraphrases,
        "held_out_two_hop": world.held_out_two_hop,
        "missing": world.missing,
        "sentences": [item.to_json() for item in sample_sentences(world)],
    }


def sample_sentences(world: World) -> list[Item]:
    """Up to SENTENCES_PER_FAMILY items of every family, evenly spaced over the family's items."""
    families: dict[str, list[Item]] = {}
    for item in fact_items(world) + pattern_items(SENTENCE_SEED, SENTENCES_PER_FAMILY):
        families.setdefault(item.family, []).append(item)
    return [
        items[index * len(items) // min(len(items), SENTENCES_PER_FAMILY)]
        for items in families.values()
        for index in range(min(len(items), SENTENCES_PER_FAMILY))
    ]


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")


def compact_json(value: dict) -> str:
    """Indented to the second level only: a sentence or a fact table stays on one line."""

    def line(entry) -> str:
        return json.dumps(entry)

    parts = []
    for key, entry in value.items():
        if isinstance(entry, dict):
            body = ",\n".join(f"  {line(k)}: {line(v)}" for k, v in entry.items())
            parts.append(f" {line(key)}: {{\n{body}\n }}")
        elif isinstance(entry, (list, tuple)) and entry and isinstance(entry[0], (dict, list, tuple)):
            body = ",\n".join(f"  {line(v)}" for v in entry)
            parts.append(f" {line(key)}: [\n{body}\n ]")
        else:
            parts.append(f" {line(key)}: {line(entry)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
