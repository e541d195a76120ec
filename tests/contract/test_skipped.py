"""A test that could not run says so, and what it lacks, at the end of the run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_did_not_run_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    lacking = tmp_path / "test_lacking.py"
    lacking.write_text("import pytest\n\ndef test_it():\n    pytest.skip('needs ../shared/data')\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    told = subprocess.run([*command, str(lacking)], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "needs ../shared/data" in told.stdout
