"""What a secret looks like: in a file, by the file's name, in the environment, in the history.

Whoever can pull an image can read every byte of every layer of it, also of files that a later
layer deletes. Nothing here returns what it found, only what kind of thing it is.

Forms of tokens are those that their makers publish so that they can be recognised; a pair of
AWS keys is an id and a secret in one file. The documentation's examples of AWS are none.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

AWS_KEYS = "pair of AWS keys"
AWS_SESSION = "AWS session token"
PRIVATE_KEY = "private key"
URL = "URL with a password"
NAMED = "what its name calls a secret"

_SHORTEST = 6
"""Characters of what may be a secret."""

_NAMES: Mapping[str, str] = {
    "*.aws/credentials": "AWS credentials file",
    "*.netrc": "netrc file with logins",
    "*.git-credentials": "Git's stored passwords",
    "*.docker/config.json": "container registry login",
    "*containers/auth.json": "container registry login",
    "*.pgpass": "database passwords",
    "*.kube/config": "login of a Kubernetes cluster",
    "*gcloud/application_default_credentials.json": "Google Cloud login",
    "etc/apt/auth.conf*/*": "logins of package repositories",
    "*.ssh/id_*": "SSH key",
    "etc/ssh/ssh_host_*_key": "host's SSH key",
}
_PUBLIC_NAMES = ("*.pub", "*.example", "*.sample", "*.md")

_ID = re.compile(rb"(?:AKIA|ASIA)(?!\w{9}EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])")
_SECRET = re.compile(
    rb"secret[\w\"' .\[\]-]{0,40}[=:]\s*[\"']?"
    rb"(?![\w/+]{30}EXAMPLEKEY)[A-Za-z0-9/+]{40}(?![\w/+])",
    re.IGNORECASE,
)
_SESSION = re.compile(rb"IQoJb3JpZ2lu(?!\w{4,8}/{8,24}wEXAMPLE)[A-Za-z0-9/+=_-]{100}")
_KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:\\n|\s){1,8}(?:[A-Za-z-]{1,30}: [^\n]{0,200}\n\s{0,8}){0,8}[A-Za-z0-9+/=]{40}"
)
_TOKENS: Mapping[str, re.Pattern[bytes]] = {
    "GitHub token": re.compile(
        rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b"
    ),
    "GitLab token": re.compile(rb"\bglpat-[A-Za-z0-9_-]{20}\b"),
    "Slack token": re.compile(rb"\bxox[abeoprs]-[0-9]{10,}-[A-Za-z0-9-]{20,}"),
    "PyPI token": re.compile(rb"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    "npm token": re.compile(rb"\bnpm_[A-Za-z0-9]{36}\b"),
    "Hugging Face token": re.compile(rb"\bhf_[A-Za-z0-9]{34}\b"),
    "Anthropic key": re.compile(rb"\bsk-ant-[A-Za-z0-9_-]{60,}"),
    "Google API key": re.compile(rb"\bAIza[A-Za-z0-9_-]{35}\b"),
}
_WORTH_A_LOOK = re.compile(
    rb"AKIA|ASIA|IQoJb3Jp|PRIVATE KEY|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|pypi-AgEI|"
    rb"npm_|hf_|sk-ant-|AIza"
)
_PASSWORD_IN_URL = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://[^/\s:@$]{1,64}:(?!\$)[^/\s@]{4,}@", re.IGNORECASE
)

_WORDS = r"PASSWORD|PASSWD|SECRET|TOKEN|ACCESS_KEY|API_KEY|PRIVATE_KEY|CREDENTIALS"
_TELLING_NAME = re.compile(rf"(?:\A|_)(?:{_WORDS})(?:\Z|_)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?<![\w-])([A-Za-z_]\w*)=[\"']?([^\s\"'$;&|]{6,})")
_HARMLESS_VALUE = re.compile(
    r"\A(?:/\S*|https?://[^@]*|true|false|none|null|\d{1,5})\Z", re.IGNORECASE
)

_SETTINGS = re.compile(
    r"(?:\A|/)(?:\.?Renviron(?:\.site)?|\.?Rprofile(?:\.site)?|\.env|\.?condarc|\.?npmrc|\.pypirc|"
    r"pip\.conf|\.gitconfig|\.git/config|sources\.list|\.curlrc|\.wgetrc)\Z"
)
_SET = re.compile(
    r"^\s*(?:export\s+)?(?://\S{1,200}:)?(\w{1,100})\s?=\s?[\"']?([^\s\"'$#]{6,})", re.MULTILINE
)
_LOGIN = re.compile(r"(?:\A|_)(?:authToken|auth)\Z")
"""What npm calls its logins."""

# Keys and tokens that packages bring for their own tests are published with the package.
_PUBLISHED = re.compile(
    r"(?:\A|/)(?:site-packages|dist-packages|node_modules|usr/share|usr/lib/python\d[.\d]*|"
    r"library/[A-Za-z0-9.]+/(?:tests?|testthat|doc|examples?))/"
)


def kind_of_name(path: str) -> str | None:
    """The kind of secret that a file called `path` is known to hold; nothing for others."""
    public = any(fnmatchcase(path, pattern) for pattern in _PUBLIC_NAMES)
    if public or _PUBLISHED.search(path):
        return None
    return next((kind for pattern, kind in _NAMES.items() if fnmatchcase(path, pattern)), None)


def kinds_in(content: bytes, path: str = "") -> frozenset[str]:
    """The kinds of secrets in `content`, a file's or a piece of it."""
    if not _WORTH_A_LOOK.search(content):
        return frozenset()
    published = _PUBLISHED.search(path) is not None
    return frozenset(_aws(content)) | (
        frozenset() if published else frozenset(_others(content))
    )


def kinds_in_settings(content: bytes, path: str) -> frozenset[str]:
    """The kinds of secrets in a file called `path`, where that is one of settings."""
    if not _SETTINGS.search(path) or _PUBLISHED.search(path):
        return frozenset()
    text = content.decode("utf-8", "replace")
    found = {URL} if _PASSWORD_IN_URL.search(text) else set()
    if any(_telling(name, value) or _LOGIN.search(name) for name, value in _SET.findall(text)):
        found.add(NAMED)
    return frozenset(found)


def kind_of_setting(name: str, value: str) -> str | None:
    """The kind of secret that an environment variable holds; nothing for others."""
    found = sorted(kinds_in(value.encode()))
    if found or _PASSWORD_IN_URL.search(value):
        return next(iter(found), URL)
    return NAMED if _telling(name, value) else None


def kinds_in_step(step: str) -> frozenset[str]:
    """The kinds of secrets in one step of an image's history."""
    found = set(kinds_in(step.encode()))
    if _PASSWORD_IN_URL.search(step):
        found.add(URL)
    if any(_telling(name, value) for name, value in _ASSIGNED.findall(step)):
        found.add(NAMED)
    return frozenset(found)


def _telling(name: str, value: str) -> bool:
    """Whether `name` says that `value` is secret, and it looks as if it was one."""
    long_enough = len(value) >= _SHORTEST
    return long_enough and bool(_TELLING_NAME.search(name) and not _HARMLESS_VALUE.match(value))


def _aws(content: bytes) -> Iterator[str]:
    if _ID.search(content) and _SECRET.search(content):
        yield AWS_KEYS
    if _SESSION.search(content):
        yield AWS_SESSION


def _others(content: bytes) -> Iterator[str]:
    if _KEY.search(content):
        yield PRIVATE_KEY
    for kind, form in _TOKENS.items():
        if form.search(content):
            yield kind
