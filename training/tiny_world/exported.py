"""What the measurements ask of a model that was read from an exported folder, decoder or encoder."""

from abc import ABC, abstractmethod

from torch import Tensor

from common.frozen import Trace

from .reading import Reading


class ExportedModel(ABC):
    """Once a run's trace is kept, the model is affine in its input: y_i = sum_j T_ij x_j + B_i. T itself is never formed.

    Shapes: B prompts, L tokens, D model width, F feed-forward width, H heads, V vocabulary, S = L + 1 sources.
    """

    reading: Reading
    embeddings: Tensor  # [V, D], also the output matrix

    @abstractmethod
    def embed(self, ids: Tensor) -> Tensor:
        """The input of block 0: [B, L] -> [B, L, D]."""

    @abstractmethod
    def run(self, x: Tensor) -> Trace:
        """The forward pass from the input of block 0 [B, L, D]."""

    @abstractmethod
    def contributions(self, trace: Trace) -> Tensor:
        """T_ij x_j for every output token i and source j, and B_i as the last source: [B, L, S, D]; sums over S to y."""

    @abstractmethod
    def read_out(self, y: Tensor) -> Tensor:
        """What the output matrix multiplies, from final states [..., D]."""

    @abstractmethod
    def push_read_out(self, contributions: Tensor, y: Tensor) -> Tensor:
        """Contributions [B, S, D] to final states y [B, D] as contributions to `read_out(y)`, which they sum to."""

    @abstractmethod
    def logits(self, y: Tensor) -> Tensor:
        """[..., D] -> [..., V]"""

    def predict(self, ids: Tensor, answer: int) -> Tensor:
        """Probabilities of the word at the answering token, [B, V]."""
        return self.logits(self.run(self.embed(ids)).y[:, answer]).softmax(-1)
