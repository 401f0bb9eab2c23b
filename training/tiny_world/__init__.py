"""Tiny world: a generated language whose answers, and the tokens responsible for them, are known; and two models trained on it."""
