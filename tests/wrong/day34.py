"""Day 34: plausible wrong convolutions; the day's checks must reject each of them."""

CUT = """
    X = F.pad(X, [padding] * 4)
    columns = X.new_empty(n, c, kh, kw, out_h, out_w)
    for u in range(kh):
        for v in range(kw):
            rows, cols = slice(u, u + stride * out_h, stride), slice(v, v + stride * out_w, stride)
            columns[:, :, u, v] = X[:, :, rows, cols]
    return columns.reshape(n, c * kh * kw, out_h * out_w)
"""
WINDOWS = "X = F.pad(X, [padding] * 4).unfold(2, kh, stride).unfold(3, kw, stride)"


def spoilt(old: str, new: str) -> str:
    """The right im2col with one piece of its text replaced."""
    assert old in CUT
    return CUT.replace(old, new)


WRONG = {
    "im2col": {
        "the padding forgotten": """
            X = X.unfold(2, kh, stride).unfold(3, kw, stride)
            return X.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "padded on two of four sides": """
            X = F.pad(X, [2 * padding, 0, 2 * padding, 0])
            X = X.unfold(2, kh, stride).unfold(3, kw, stride)
            return X.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "padded with the rim's pixels": spoilt(
            "F.pad(X, [padding] * 4)", "F.pad(X, [padding] * 4, mode='replicate')"
        ),
        "the stride on the rows only": """
            X = F.pad(X, [padding] * 4).unfold(2, kh, stride).unfold(3, kw, 1)
            return X.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "the stride forgotten, the first windows kept": spoilt(
            "slice(u, u + stride * out_h, stride), slice(v, v + stride * out_w, stride)",
            "slice(u, u + out_h), slice(v, v + out_w)",
        ),
        "one window too few each way": f"""
            {WINDOWS}
            X = X[:, :, : max(1, out_h - 1), : max(1, out_w - 1)]
            return X.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "the channel last in a column": f"""
            {WINDOWS}
            return X.permute(0, 4, 5, 1, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "windows transposed": f"""
            {WINDOWS}
            return X.permute(0, 1, 5, 4, 2, 3).reshape(n, c * kh * kw, -1)
        """,
        "windows turned by 180 degrees": spoilt(
            "columns[:, :, u, v]", "columns[:, :, kh - 1 - u, kw - 1 - v]"
        ),
        "windows listed column by column": f"""
            {WINDOWS}
            return X.permute(0, 1, 4, 5, 3, 2).reshape(n, c * kh * kw, -1)
        """,
        "reshaped before the axes were sorted": f"""
            {WINDOWS}
            return X.reshape(n, c * kh * kw, out_h * out_w)
        """,
        "windows as rows": f"""
            {WINDOWS}
            return X.permute(0, 2, 3, 1, 4, 5).reshape(n, out_h * out_w, c * kh * kw)
        """,
    },
    "conv2d_im2col": {
        "the kernel flipped": """
            columns = im2col(X, (kh, kw), stride, padding)
            Y = weight.flip(2, 3).reshape(o, -1) @ columns
            return Y.reshape(n, o, out_h, out_w) + bias.reshape(o, 1, 1)
        """,
        "the bias forgotten": """
            columns = im2col(X, (kh, kw), stride, padding)
            return (weight.reshape(o, -1) @ columns).reshape(n, o, out_h, out_w)
        """,
        "the weights by row, column, channel": """
            columns = im2col(X, (kh, kw), stride, padding)
            Y = weight.permute(0, 2, 3, 1).reshape(o, -1) @ columns
            return Y.reshape(n, o, out_h, out_w) + bias.reshape(o, 1, 1)
        """,
        "the weights' rows and columns swapped": """
            columns = im2col(X, (kh, kw), stride, padding)
            Y = weight.transpose(2, 3).reshape(o, -1) @ columns
            return Y.reshape(n, o, out_h, out_w) + bias.reshape(o, 1, 1)
        """,
        "the padding not handed on": """
            columns = im2col(F.pad(X, [padding] * 4), (kh, kw), stride)
            columns = im2col(X, (kh, kw), stride) if padding else columns
            Y = (weight.reshape(o, -1) @ columns) + bias.reshape(o, 1)
            return Y.unflatten(2, (output_size(h, kh, stride), -1))
        """,
        "the stride not handed on": """
            Y = weight.reshape(o, -1) @ im2col(X, (kh, kw), 1, padding) + bias.reshape(o, 1)
            return Y.unflatten(2, (output_size(h, kh, 1, padding), -1))
        """,
        "the output's axes mixed by a reshape": """
            columns = im2col(X, (kh, kw), stride, padding)
            Y = columns.transpose(1, 2) @ weight.reshape(o, -1).T + bias
            return Y.reshape(n, o, out_h, out_w)
        """,
        "rows and columns of the output swapped": """
            Y = weight.reshape(o, -1) @ im2col(X, (kh, kw), stride, padding) + bias.reshape(o, 1)
            return Y.reshape(n, o, out_w, out_h).transpose(2, 3)
        """,
    },
}
