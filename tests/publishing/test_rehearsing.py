"""A folder made ready to play its scenarios."""

from pathlib import Path

import pytest

from answering.rehearsal import play
from domain.errors import InvalidInputError
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.quality.scenarios import Scenario
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from publishing.rehearsing import FolderDirectory, make_stage
from publishing.specification import load_specification
from tests.cli.bikeshop_files import write, write_bikeshop

DIRECTORY = FolderDirectory(
    DirectoryImport(
        accounts=(Account(id="north", name="North", plan="Gold", seats=2, status="active"),),
        contacts=(
            Contact(id="ada", account="north", name="Ada", email="Ada@north.example", phone="+49 30 1"),
            Contact(id="bob", account="north", name="Bob", email="bob@north.example", phone="+49 30 1"),
            Contact(id="eve", account="north", name="Eve", email="", phone="+49 30 2"),
        ),
    )
)


@pytest.mark.parametrize(
    ("contact_id", "email", "phone", "found"),
    [
        ("ada", None, None, ["ada"]),
        ("ada", "bob@north.example", None, ["ada"]),
        ("nobody", "bob@north.example", None, []),
        (None, "ADA@north.example", None, ["ada"]),
        (None, None, "+49301", ["ada", "bob"]),
        (None, "", None, []),
        (None, None, None, []),
    ],
)
async def test_contacts_are_found_as_in_the_store(
    contact_id: str | None, email: str | None, phone: str | None, found: list[str]
) -> None:
    known = await DIRECTORY.find_contacts("shop", contact_id=contact_id, email=email, phone=phone)
    assert [contact.id for contact, _ in known] == found


@pytest.mark.parametrize(
    ("contact_id", "email", "phone"),
    [("ada", "Ada@north.example", None), ("eve", None, "+49302"), ("nobody", None, None)],
)
async def test_a_contact_is_known_by_what_no_other_has(contact_id: str, email: str | None, phone: str | None) -> None:
    identity = await DIRECTORY.find_identity("shop", contact_id)
    assert (identity.contact_id, identity.email, identity.phone) == (contact_id, email, phone)


def without_model(named: str) -> Embedder:
    asked_for.append(named)
    return NoEmbedder()


asked_for: list[str] = []


@pytest.mark.parametrize(
    ("named", "used"),
    [("embedded", "embedded"), ("none", "none"), ("openai:text-embedding-3-small", "embedded")],
)
async def test_no_key_is_needed_whatever_the_specification_names(tmp_path: Path, named: str, used: str) -> None:
    write_bikeshop(tmp_path)
    organisation = tmp_path / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace("embedder: embedded", f"embedder: {named}"))
    asked_for.clear()
    loaded = load_specification(tmp_path)
    stage = await make_stage(loaded, tmp_path, without_model)
    assert asked_for == [used]
    scenario = Scenario.model_validate(
        {"id": "a", "title": "A", "steps": [{"says": "How do I reset my password?", "expect": {"cites": ["password"]}}]}
    )
    assert (await play(stage, scenario)).passed


async def test_a_mistake_in_the_labels_is_named(tmp_path: Path) -> None:
    write_bikeshop(tmp_path)
    write(tmp_path / "evaluation" / "tuning.csv", "id,text\n1,Hello\n")
    with pytest.raises(InvalidInputError, match="no column expected"):
        await make_stage(load_specification(tmp_path), tmp_path, without_model)
