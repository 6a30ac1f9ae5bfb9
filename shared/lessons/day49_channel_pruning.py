"""Day 49, Channel pruning: what later days import.

Made from days/phase4_vision/day49_channel_pruning.ipynb by `days refresh 49`; edit it there.
"""

import copy
import io

import torch
from torch import nn


def multiply_adds(model, shape):
    """Multiply-adds of one input of `shape` (c, h, w), by the name of each convolution and linear layer."""
    counts, hooks = {}, []

    def counter(name):
        def hook(layer, _, output):
            counts[name] = output[0].numel() * layer.weight[0].numel()

        return hook

    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            hooks.append(layer.register_forward_hook(counter(name)))
    training_mode, device = model.training, next(model.parameters()).device
    with torch.no_grad():
        model.eval()(torch.zeros(1, *shape, device=device))
    model.train(training_mode)
    for hook in hooks:
        hook.remove()
    return counts


def file_size(model):
    """Bytes of a file with the model's weights, as torch.save writes it."""
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return buffer.tell()


def keep_largest(weight, share):
    """Which output channels stay when round(share · out) of them go, smallest L1 norm first.

    weight: (out, in, kh, kw); share: 0 or more, below 1. Returns their indices (kept,), int64,
    in rising order. ValueError when nothing would stay (Li et al., arXiv:1608.08710, section 3).
    """
    removed = round(share * len(weight))
    if not 0 <= removed < len(weight):
        raise ValueError(f"a share of {share} leaves no channel of {len(weight)}")
    norms = weight.abs().sum((1, 2, 3))
    return norms.topk(len(weight) - removed).indices.sort().values


def smaller_block(conv, norm, inputs, outputs):
    """New (Conv2d, BatchNorm2d) with only the given channels of both, on the same device.

    inputs, outputs: int64 indices of the channels that stay on either side. The convolution has
    no bias, as in front of a batch norm it needs none.
    """
    device, sizes = conv.weight.device, (len(inputs), len(outputs))
    options = {"stride": conv.stride, "padding": conv.padding, "bias": False, "device": device}
    new_conv = nn.Conv2d(*sizes, conv.kernel_size, **options)
    new_norm = nn.BatchNorm2d(len(outputs), eps=norm.eps, momentum=norm.momentum, device=device)
    with torch.no_grad():
        new_conv.weight.copy_(conv.weight[outputs][:, inputs])
        for name in ("weight", "bias", "running_mean", "running_var"):
            getattr(new_norm, name).copy_(getattr(norm, name)[outputs])
    return new_conv, new_norm


def prune_channels(model, share, choose=keep_largest):
    """A copy of a TinyCNN without `share` of each convolution's output channels.

    choose(weight, share) gives the channels that stay; the model itself isn't touched.
    """
    smaller, inputs = copy.deepcopy(model), torch.arange(3, device=model.head.weight.device)
    for block in smaller.features:
        outputs = choose(block[0].weight.detach(), share)
        block[0], block[1] = smaller_block(block[0], block[1], inputs, outputs)
        inputs = outputs
    head, width = model.head, model.features[-1][0].out_channels
    columns = head.weight.detach().unflatten(1, (width, -1))[:, inputs].flatten(1)
    smaller.head = nn.Linear(columns.shape[1], head.out_features, device=columns.device)
    with torch.no_grad():
        smaller.head.weight.copy_(columns)
        smaller.head.bias.copy_(head.bias)
    return smaller.train(model.training)
