"""Tiny world: a small GPT-2-layout decoder trained on a generated language whose answers are known."""
