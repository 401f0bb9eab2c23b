"""Pictures as PNG files: 8 bits a channel, no filter, so that every decoder gives the same bytes back."""

import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor


def to_bytes(pixels: Tensor) -> Tensor:  # [3, H, W] in [-1, 1] -> [H, W, 3], 0 ... 255
    return ((pixels + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).contiguous()


def from_bytes(picture: Tensor) -> Tensor:  # [H, W, 3] -> [3, H, W] in [-1, 1]
    """What preprocessor_config.json says: divided by 255, then mean 0.5 and deviation 0.5."""
    return ((picture.permute(2, 0, 1) / 255 - 0.5) / 0.5).contiguous()


def sheet(pictures: list[Tensor], columns: int) -> Tensor:  # [H, W, 3] each -> one picture, row by row
    rows = [torch.cat(pictures[start : start + columns], 1) for start in range(0, len(pictures), columns)]
    return torch.cat(rows, 0)


def write_png(path: Path, picture: Tensor) -> None:  # [H, W, 3], 0 ... 255
    height, width, _ = picture.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, red green blue, no interlace
    lines = b"".join(b"\0" + bytes(row.flatten().tolist()) for row in picture)  # 0: no filter
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
