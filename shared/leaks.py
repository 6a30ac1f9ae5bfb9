"""Finds secrets in what is about to be published: the learner's token, and what looks like one."""

import base64
import re

# Shapes of well-known secrets. Lookbehinds keep them from starting inside a longer word.
SHAPES = {
    "a GitHub token": rb"(?<![A-Za-z0-9])(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "a Hugging Face token": rb"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}",
    "an AWS key": rb"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    "a Slack token": rb"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}",
    # Not simply sk-…: scikit-learn's own HTML is full of classes such as sk-toggleable__label.
    "an OpenAI key": rb"(?<![A-Za-z0-9-])sk-(?:(?:proj|svcacct|admin|ant)-[\w-]{20,}|[A-Za-z0-9]{32,})",
    "a Google key": rb"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}",
    # Inside a notebook the quotes of a kaggle.json stand escaped.
    "a Kaggle key": rb"KGAT_[0-9a-f]{32}|username\\*\"\s*:\s*\\*\"[^\"\\]*\\*\"\s*,\s*\\*\"key\\*\"\s*:\s*\\*\"[0-9a-f]{32}",
    "a Telegram token": rb"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])",
    "a private key": rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY",
}
PATTERNS = {kind: re.compile(shape) for kind, shape in SHAPES.items()}


def find(content: bytes, token: str = "") -> str | None:
    """The kind of secret that `content` holds, or None. Never the secret itself.

    token: the learner's own; searched for as it is, in UTF-16, and in base64 wherever it may
    begin within a group of three bytes, broken into lines or not.
    """
    if token:
        unbroken = content.translate(None, b"\r\n").replace(b"\\n", b"")
        if any(form in content or form in unbroken for form in _forms(token.encode())):
            return "your token"
    return next((kind for kind, pattern in PATTERNS.items() if pattern.search(content)), None)


def redact(text: str, *secrets: str) -> str:
    """`text` without the given secrets and without anything that looks like one."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[removed]")
    content = text.encode()
    for pattern in PATTERNS.values():
        content = pattern.sub(b"[removed]", content)
    return content.decode(errors="replace")


def _forms(token: bytes) -> set[bytes]:
    """The token as text, in UTF-16, and the base64 characters that depend on it alone."""
    forms = {token, token.decode().encode("utf-16-le")}
    for before in range(3):
        code = base64.b64encode(b"\0" * before + token)
        # The first group holds bytes from before the token, the last may hold some after it.
        inner = code[4 if before else 0 : -4]
        if len(inner) >= 8:
            forms |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms
