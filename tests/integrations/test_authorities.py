"""Which certificates a client takes."""

from pathlib import Path

import pytest

from integrations.authorities import trusting
from sandbox.authority import Authority


def test_a_further_authority_is_trusted_beside_the_usual_ones(tmp_path: Path) -> None:
    usual, more = trusting(None).get_ca_certs(), trusting(Authority(tmp_path).ca_file).get_ca_certs()
    assert len(more) == len(usual) + 1


@pytest.mark.parametrize("text", ["", "no certificate"])
def test_a_file_without_certificates_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(OSError, match=r"(?i)no.certificate"):
        trusting(tmp_path / "ca.pem")
