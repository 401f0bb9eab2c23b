"""Tiny shapes: generated pictures of which one part decides the class, and a small image classifier trained on them."""
