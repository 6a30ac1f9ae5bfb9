"""What the hardware is said to be: the silicon's own truth, not what is emulated."""

from types import SimpleNamespace

import pytest
import torch

from shared import device
from shared.device import GIB, Hardware

T4 = Hardware("cuda", "Tesla T4", 14.7, (7, 5), bf16=False, tf32=False)
A100 = Hardware("cuda", "A100", 40.0, (8, 0), bf16=True, tf32=True)
CPU = Hardware("cpu", "x86_64, 2 cores", 12.7, None, bf16=False, tf32=False)


@pytest.fixture
def gpu(monkeypatch):
    """Puts a GPU of a given capability into this machine."""

    def put(major: int, minor: int, name: str = "GPU", memory: int = 15 * GIB):
        found = SimpleNamespace(major=major, minor=minor, name=name, total_memory=memory)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: found)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_: True)  # as on a T4

    return put


def test_without_cuda_the_processor_is_described(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = device.detect()
    assert found == device.cpu()
    assert (found.kind, found.capability, found.bf16, found.tf32) == ("cpu", None, False, False)
    assert found.memory_gib > 0 and "cores" in found.name


@pytest.mark.parametrize(
    ("capability", "real"), [((7, 5), False), ((8, 0), True), ((8, 9), True), ((10, 0), True)]
)
def test_bf16_and_tf32_are_real_from_ampere_on_whatever_torch_says(capability, real, gpu):
    gpu(*capability)
    found = device.detect()
    assert (found.capability, found.bf16, found.tf32) == (capability, real, real)


def test_a_gpu_is_described_in_gib(gpu):
    gpu(7, 5, "Tesla T4", int(14.74 * GIB))
    assert device.detect() == T4


def test_the_description_fits_into_a_proof():
    assert T4.as_dict() == {
        "kind": "cuda", "name": "Tesla T4", "memory_gib": 14.7, "capability": (7, 5),
        "bf16": False, "tf32": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hardware", "dtype"), [(CPU, torch.float32), (T4, torch.float16), (A100, torch.bfloat16)]
)
def test_autocast_uses_what_the_silicon_has(hardware, dtype):
    assert device.amp_dtype(hardware) is dtype


@pytest.mark.parametrize(
    ("hardware", "gib", "fractions"),
    [(A100, 6, [0.15]), (T4, 60, [1.0]), (T4, 0, []), (CPU, 6, [])],
    ids=["part of a large card", "more than the card has", "no budget", "no card"],
)
def test_a_day_may_hold_no_more_gpu_memory_than_its_budget(hardware, gib, fractions, monkeypatch):
    capped = []
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", capped.append)
    device.cap_memory(hardware, gib)
    assert capped == fractions


def test_peak_gpu_memory_is_in_mib_and_none_without_cuda(gpu, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.peak_gpu_mib() is None
    gpu(7, 5)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 3 * 2**20 + 2**19)
    assert device.peak_gpu_mib() == 3.5
