"""The decoder of the tiny world: GPT-2's layout, which reads a prompt and says the next word."""
