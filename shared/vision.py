"""EfficientNet-Lite0, which no library here brings, written as torchvision writes MobileNet-V2.

Tan and Le, arXiv:1905.11946, in the "Lite" form for phones: inverted residuals without
squeeze-and-excitation, ReLU6 in the place of swish. Made of torch's own layers only, so that
hooks, ONNX and quantisers find what they know.
"""

import re

from torch import Tensor, nn

# A row is a stage: blocks, channels out, expansion, kernel, stride of its first block.
STAGES = [
    (1, 16, 1, 3, 1),
    (2, 24, 6, 3, 2),
    (2, 40, 6, 5, 2),
    (3, 80, 6, 3, 2),
    (3, 112, 6, 5, 1),
    (4, 192, 6, 5, 2),
    (1, 320, 6, 3, 1),
]


class EfficientNetLite0(nn.Module):
    """X (n, 3, height, width) to logits (n, classes): 4,652,008 parameters for 1,000 classes.

    `features` gives (n, 1280, height / 32, width / 32); `classifier` is dropout and one linear
    layer, `classifier[1]`, on their mean over height and width. Height and width should be
    multiples of 32: then the padding is the one that it was trained with.
    """

    def __init__(self, classes: int = 1000):
        super().__init__()
        blocks, channels = [], 32
        for count, out, expansion, kernel, stride in STAGES:
            for i in range(count):
                step = stride if i == 0 else 1
                blocks.append(InvertedResidual(channels, out, expansion, kernel, step))
                channels = out
        stem, head = _conv(3, 32, kernel=3, stride=2), _conv(channels, 1280)
        self.features = nn.Sequential(stem, *blocks, head)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, X: Tensor) -> Tensor:
        return self.classifier(self.features(X).mean((2, 3)))


class InvertedResidual(nn.Module):
    """Widen, look around channel by channel, narrow: (n, c_in, h, w) to (n, c_out, h', w').

    The narrow ends carry no activation; where they have one shape, the input is added.
    """

    def __init__(self, c_in: int, c_out: int, expansion: int, kernel: int, stride: int):
        super().__init__()
        wide = c_in * expansion
        self.residual = stride == 1 and c_in == c_out
        self.expand = _conv(c_in, wide) if expansion > 1 else nn.Identity()
        self.depthwise = _conv(wide, wide, kernel, stride, groups=wide)
        self.project = _conv(wide, c_out, active=False)

    def forward(self, X: Tensor) -> Tensor:
        out = self.project(self.depthwise(self.expand(X)))
        return X + out if self.residual else out


def from_lite0_release(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The release's weights under the names of `EfficientNetLite0`.

    There the layers of a block are numbered through (`_blocks.3._bn1`), with `_bn0` only where
    the block widens. Unknown names stay as they are, for `load_state_dict` to refuse.
    """
    last = f"features.{1 + sum(stage[0] for stage in STAGES)}"
    inside = {"_expand_conv": "expand.conv", "_bn0": "expand.norm", "_project_conv": "project.conv",
              "_bn1": "depthwise.norm", "_depthwise_conv": "depthwise.conv",
              "_bn2": "project.norm"}  # fmt: skip
    outside = {"_conv_stem": "features.0.conv", "_bn0": "features.0.norm", "_fc": "classifier.1",
               "_conv_head": f"{last}.conv", "_bn1": f"{last}.norm"}  # fmt: skip

    def renamed(name: str) -> str:
        if found := re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name):
            block, layer, kind = found.groups()
            return f"features.{int(block) + 1}.{inside.get(layer, layer)}.{kind}"
        layer, _, kind = name.partition(".")
        return f"{outside.get(layer, layer)}.{kind}"

    return {renamed(name): values for name, values in state.items()}


def _conv(
    c_in: int, c_out: int, kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    """Convolution without bias, batch norm and, if `active`, ReLU6: each under its name."""
    layers = nn.Sequential()
    padding = kernel // 2
    if stride == 2:
        # TensorFlow's "same", with which it was trained, pads even sizes less at the top left.
        layers.pad = nn.ZeroPad2d((padding - 1, padding, padding - 1, padding))
        padding = 0
    layers.conv = nn.Conv2d(c_in, c_out, kernel, stride, padding, groups=groups, bias=False)
    layers.norm = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.01)
    if active:
        layers.act = nn.ReLU6()
    return layers
