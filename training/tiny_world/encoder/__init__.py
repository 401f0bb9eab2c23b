"""The encoder of the tiny world: BERT's layout, which reads a whole sentence and says the word behind [MASK]."""
