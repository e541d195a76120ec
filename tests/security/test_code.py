"""Bandit reads the product's code, and no secret stands in any file."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from tests.deploy.files import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
SHAPES = [
    "AWSKeyDetector",
    "ArtifactoryDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "CloudantDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "IbmCloudIamDetector",
    "IbmCosHmacDetector",
    "JwtTokenDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SoftlayerDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
]
"""Secrets that are known by their shape. Random-looking texts are not looked for: digests and ids are full of them."""
PLACEHOLDERS = {"password", "secret", "s3cret"}
"""Passwords in examples of addresses, which nobody has."""
SUFFIXES = {
    ".py",
    ".yaml",
    ".yml",
    ".json",
    ".toml",
    ".md",
    ".sql",
    ".html",
    ".js",
    ".env",
    ".example",
    ".sh",
    ".tpl",
    "",
}
LARGE_BYTES = 1_000_000


def _tracked() -> Iterator[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no checkout of git, so it is not known which files are published")
    for name in filter(None, done.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix in SUFFIXES and path.stat().st_size < LARGE_BYTES:
            yield path


def _found(path: Path) -> list[PotentialSecret]:
    return [one for one in scan_file(str(path)) if one.secret_value not in PLACEHOLDERS]


def test_no_secret_stands_in_a_file() -> None:
    with transient_settings({"plugins_used": [{"name": name} for name in SHAPES], "filters_used": []}):
        found = [
            f"{path.relative_to(ROOT)}:{one.line_number} {one.type}" for path in _tracked() for one in _found(path)
        ]
    assert found == []


def test_a_secret_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "key.py").write_text("KEY = 'AKIA" + "ABCDEFGHIJKLMNOP'\n")
    with transient_settings({"plugins_used": [{"name": name} for name in SHAPES], "filters_used": []}):
        assert [one.type for one in _found(tmp_path / "key.py")] == ["AWS Access Key"]


def test_bandit_finds_nothing_of_weight() -> None:
    """Medium and high. Which SQL is put together is decided line by line for Ruff's S608, with a reason each."""
    bandit = Path(sys.executable).with_name("bandit")
    arguments = ["--quiet", "--recursive", "--severity-level", "medium", "--skip", "B608"]
    folders = [name for name in PACKAGES if name != "sandbox"]
    done = subprocess.run([bandit, *arguments, *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
