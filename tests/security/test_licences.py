"""What the product brings along may be used by anybody: permissive licences, and weak copyleft by file."""

import importlib.metadata
import re

import pytest

from tests.security.requirements_walk import runtime_distributions

ALLOWED = re.compile(
    r"(MIT|MIT License|MIT-0|MIT-CMU|Apache-2\.0|Apache Software License|BSD|BSD License|[23]-Clause BSD License|"
    r"BSD-[23]-Clause|0BSD|ISC|ISC License \(ISCL\)|PSF-2\.0|Python Software Foundation License|Zlib|CC0-1\.0|"
    r"MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\))"
)
READ_BY_US = {"imapclient": "BSD-3-Clause", "skops": "MIT"}
"""Distributions whose metadata names none; this is what their licence files say."""


def _licence(name: str) -> str:
    """The SPDX expression, or else what the classifiers say, or else the first line of the licence field."""
    metadata = importlib.metadata.metadata(name)
    expressions = metadata.get_all("License-Expression", [])
    classifiers = metadata.get_all("Classifier", [])
    named = [value.rpartition(" :: ")[2] for value in classifiers if value.startswith("License :: OSI Approved ::")]
    if expressions or named:
        return str(*expressions) or " OR ".join(named)
    fields = metadata.get_all("License", ["none named"])
    return READ_BY_US.get(name) or str(fields[0]).splitlines()[0]


@pytest.mark.parametrize("name", sorted(runtime_distributions()))
def test_a_dependency_has_a_licence_that_suits(name: str) -> None:
    parts = re.split(r" (?:OR|AND) ", _licence(name))
    assert [part for part in parts if not ALLOWED.fullmatch(part)] == []


@pytest.mark.parametrize("name", READ_BY_US)
def test_what_was_read_by_us_is_still_needed(name: str) -> None:
    assert name in runtime_distributions()


@pytest.mark.parametrize("licence", ["GPL-3.0", "AGPL-3.0-only", "Proprietary", "none named", "SSPL-1.0", "UNKNOWN"])
def test_others_are_refused(licence: str) -> None:
    assert not ALLOWED.fullmatch(licence)
