"""What the hardware is, and which number formats and kernels it can really use."""

import os
import platform
from dataclasses import asdict, dataclass

GIB = 2**30


@dataclass(frozen=True)
class Hardware:
    """One machine as a notebook sees it.

    `kind` is "cuda" or "cpu"; memory is in GiB; `capability` is CUDA's (major, minor),
    None on a CPU; `bf16` and `tf32` say what the silicon has, not what is emulated.
    """

    kind: str
    name: str
    memory_gib: float
    capability: tuple[int, int] | None
    bf16: bool
    tf32: bool

    def as_dict(self) -> dict:
        return asdict(self)


def detect() -> Hardware:
    """Look at the machine this process runs on."""
    import torch

    if not torch.cuda.is_available():
        return cpu()
    properties = torch.cuda.get_device_properties(0)
    capability = (properties.major, properties.minor)
    # torch.cuda.is_bf16_supported() says True on a T4 because bf16 is emulated there;
    # the capability tells the truth: Ampere (8, 0) was the first with bf16 and TF32.
    ampere = capability >= (8, 0)
    memory = round(properties.total_memory / GIB, 1)
    return Hardware("cuda", properties.name, memory, capability, bf16=ampere, tf32=ampere)


def cpu() -> Hardware:
    """The processor, described without importing torch."""
    import psutil

    memory = round(psutil.virtual_memory().total / GIB, 1)
    name = f"{platform.machine()}, {os.cpu_count()} cores"
    return Hardware("cpu", name, memory, None, bf16=False, tf32=False)


def amp_dtype(hardware: Hardware):
    """The dtype for autocast: bfloat16 where it is real, else float16 (a T4), float32 on a CPU."""
    import torch

    if hardware.kind == "cpu":
        return torch.float32
    return torch.bfloat16 if hardware.bf16 else torch.float16


def cap_memory(hardware: Hardware, gib: float) -> None:
    """Let this process take at most `gib` GiB of GPU memory (nothing to do on a CPU).

    A day that would not fit a small card then fails on a large one too.
    """
    import torch

    if hardware.kind == "cuda" and gib:
        torch.cuda.set_per_process_memory_fraction(min(1.0, gib / hardware.memory_gib))


def peak_gpu_mib() -> float | None:
    """The most GPU memory this process has held, in MiB; None without CUDA."""
    import sys

    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return round(torch.cuda.max_memory_allocated() / 2**20, 1)
