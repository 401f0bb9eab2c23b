"""Writes a trained classifier as a model folder in the hub's layout: config, float16 weights, image preprocessing."""

from pathlib import Path

from common.files import write_json, write_weights

from .model import Classifier
from .pictures import CLASSES

MODEL_FILES = ("config.json", "model.safetensors", "preprocessor_config.json")


def export_model(model: Classifier, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_weights(out / "model.safetensors", model.state_dict())
    write_json(out / "config.json", vit_config(model))
    write_json(out / "preprocessor_config.json", preprocessor_config(model.config.side))


def vit_config(model: Classifier) -> dict:
    """config.json of transformers' ViTForImageClassification."""
    config = model.config
    return {
        "architectures": ["ViTForImageClassification"],
        "model_type": "vit",
        "hidden_size": config.d_model,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "intermediate_size": 4 * config.d_model,
        "hidden_act": "gelu",
        "layer_norm_eps": config.norm_epsilon,
        "image_size": config.side,
        "patch_size": config.patch,
        "num_channels": 3,
        "qkv_bias": True,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "id2label": {str(index): name for index, name in enumerate(CLASSES)},
        "label2id": {name: index for index, name in enumerate(CLASSES)},
        "torch_dtype": "float16",
    }


def preprocessor_config(side: int) -> dict:
    """preprocessor_config.json of transformers' ViTImageProcessor: bytes 0 … 255 become -1 … 1."""
    return {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": True,
        "size": {"height": side, "width": side},
        "resample": 2,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
