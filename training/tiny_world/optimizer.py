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
    """Momentum whose update is orthogonalised: every direction of a matrix moves by a similar amount."""

    def __init__(self, matrices: list[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for matrix in group["params"]:  # [input, output]
                average = self.state[matrix].setdefault("average", torch.zeros_like(matrix))
                average.lerp_(matrix.grad, 1 - group["momentum"])
                update = orthogonalise(matrix.grad.lerp(average, group["momentum"]))
                aspect = max(1.0, matrix.shape[1] / matrix.shape[0]) ** 0.5
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


def create_optimizers(model: nn.Module) -> list[torch.optim.Optimizer]:
    """Weight decay goes to matrices and token embeddings, not to positions, norms and biases."""
    matrices, decayed, plain = [], [], []
    for name, parameter in model.named_parameters():
        if ".h." in name and parameter.dim() == 2:
            matrices.append(parameter)
        else:
            (decayed if name.endswith("wte.weight") else plain).append(parameter)
    adamw = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}],
        lr=ADAMW_RATE,
        betas=(0.9, 0.98),
        fused=True,
    )
    optimizers = [Muon(matrices, MUON_RATE, weight_decay=WEIGHT_DECAY), adamw]
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
