"""Optimisers and learning-rate schedule: Muon for the matrices of the blocks, AdamW for everything else."""

import torch
from torch import Tensor, nn

MUON_RATE = 0.02
ADAMW_RATE = 4e-3
WEIGHT_DECAY = 0.1
WARM_UP_STEPS = 100
NEWTON_SCHULZ_STEPS = 5
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # coefficients of x, x^3, x^5 (K. Jordan et al. 2024)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised: every direction of a matrix moves by a similar amount.

    `output_axis` says which axis of the matrices is the output: 1 for [input, output], 0 for nn.Linear's [output, input].
    """

    def __init__(
        self,
        matrices: list[Tensor],
        lr: float,
        output_axis: int,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.output_axis = output_axis

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for matrix in group["params"]:
                average = self.state[matrix].setdefault("average", torch.zeros_like(matrix))
                average.lerp_(matrix.grad, 1 - group["momentum"])
                update = orthogonalise(matrix.grad.lerp(average, group["momentum"]))
                outputs, inputs = matrix.shape[self.output_axis], matrix.shape[1 - self.output_axis]
                aspect = max(1.0, outputs / inputs) ** 0.5
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(update, alpha=-group["lr"] * aspect)


def orthogonalise(matrix: Tensor) -> Tensor:
    """Pushes all singular values towards 1 by Newton-Schulz steps, working on the smaller Gram matrix."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    a, b, c = NEWTON_SCHULZ
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def create_optimizers(
    model: nn.Module, blocks: nn.Module, decayed: set[str], output_axis: int, adamw_rate: float = ADAMW_RATE
) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of `blocks`, AdamW for the rest. Of the rest only the parameters named in `decayed` decay:
    token embeddings and matrices, not positions, norms and biases."""
    matrices = [parameter for parameter in blocks.parameters() if parameter.dim() == 2]
    of_blocks = {id(matrix) for matrix in matrices}
    rest = {
        name: parameter
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and id(parameter) not in of_blocks
    }
    adamw = torch.optim.AdamW(
        [
            {"params": [rest[name] for name in rest if name in decayed], "weight_decay": WEIGHT_DECAY},
            {"params": [rest[name] for name in rest if name not in decayed], "weight_decay": 0.0},
        ],
        lr=adamw_rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    optimizers = [Muon(matrices, MUON_RATE, output_axis, weight_decay=WEIGHT_DECAY), adamw]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["full_rate"] = group["lr"]
    return optimizers


def rate_factor(step: int, steps: int) -> float:
    """Share of the full learning rate at step 1 ... steps: warm-up, constant, then linear to 0 over the second half."""
    return min(1.0, step / WARM_UP_STEPS) * min(1.0, 2 * (1 - (step - 1) / steps))


def set_rates(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * factor
