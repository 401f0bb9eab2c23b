"""Multiplies two float32 matrices with torch, as often as it is told: the peer of torch.ts. One JSON value a line on stdin and stdout.

In: {m, k, n, a, b} (base64 of little-endian float32), then any of {"run": times}, {"read": true}. Out: {device, version}, {done}, {c}.
Exit code 3: torch is not installed.
"""

import base64
import json
import sys

try:
    import torch
except ImportError:
    sys.exit(3)


def main() -> None:
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    # Full float32 products: no TF32.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")

    def matrix(text: str, rows: int, columns: int) -> "torch.Tensor":
        values = torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32)
        return values.reshape(rows, columns).to(device)

    def finish() -> None:
        if cuda:
            torch.cuda.synchronize()

    request = json.loads(sys.stdin.readline())
    m, k, n = request["m"], request["k"], request["n"]
    a, b = matrix(request["a"], m, k), matrix(request["b"], k, n)
    c = torch.empty(m, n, dtype=torch.float32, device=device)
    finish()

    def say(value: dict) -> None:
        print(json.dumps(value), flush=True)

    name = torch.cuda.get_device_name() if cuda else f"CPU, {torch.get_num_threads()} threads"
    say({"device": name, "version": torch.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            for _ in range(request["run"]):
                torch.matmul(a, b, out=c)
            finish()
            say({"done": request["run"]})
        else:
            torch.matmul(a, b, out=c)
            say({"c": base64.b64encode(c.cpu().numpy().tobytes()).decode()})


main()
