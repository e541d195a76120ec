"""The files of an organisation, and the whole that they make."""

import pytest

from domain.specification.findings import Finding, Location
from publishing.specification.documents import DocumentReader
from publishing.specification.files import Files, read_files
from tests.publishing.specification.conftest import Folder


def read(folder: Folder) -> tuple[Files, list[str]]:
    reader = DocumentReader(folder.path)
    files = read_files(reader)
    return files, [str(mistake) for mistake in reader.mistakes]


def test_the_files_make_one_specification(folder: Folder) -> None:
    files, mistakes = read(folder)
    data = files.data
    assert (data["name"], [topic["id"] for topic in data["topics"]]) == ("Wheels", ["delivery", "refund"])
    assert [ai_agent["id"] for ai_agent in data["ai_agents"]] == ["billing", "general", "greeter"]
    assert [article["id"] for article in data["articles"]] == ["delivery"]
    assert (files.unread, mistakes) == (frozenset(), [])


def test_what_belongs_into_another_file_is_left_out(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\ntopics: []\nai_agents: []\ncolour: red")
    data = read(folder)[0].data
    assert (len(data["topics"]), len(data["ai_agents"]), "colour" in data) == (2, 3, False)


@pytest.mark.parametrize(
    ("file", "unread"),
    [
        ("agents/billing.yaml", {"ai_agents"}),
        ("topics.yaml", {"topics", "out_of_scope_examples"}),
        ("knowledge/delivery.md", {"articles"}),
    ],
)
def test_what_could_not_be_read_is_told(folder: Folder, file: str, unread: set[str]) -> None:
    folder.write(file, "[")
    files, [mistake] = read(folder)
    assert files.unread == unread
    assert mistake.startswith(file)
    assert files.data["name"] == "Wheels"


def test_all_fields_of_a_file_are_unread_together(folder: Folder) -> None:
    folder.write("organisation.yaml", "a: b: c")
    assert {"default_ai_agent", "approval_rules", "tool_servers"} <= read(folder)[0].unread


def test_a_file_that_holds_a_list_has_no_fields(folder: Folder) -> None:
    folder.write("topics.yaml", "- delivery\n")
    assert "topics" not in read(folder)[0].data


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (("topics", 1, "ai_agent"), "topics.yaml:8: topics.1.ai_agent"),
        (("journeys", 0, "steps", 1, "ai_agent"), "journeys/returning.yaml:6: steps.1.ai_agent"),
        (("ai_agents", 1, "name"), "agents/general.yaml:2: name"),
        (("articles", 0, "topic"), "knowledge/delivery.md:4: topic"),
    ],
)
def test_a_place_of_the_whole_is_one_of_a_file(folder: Folder, location: Location, place: str) -> None:
    assert str(read(folder)[0].mistake(Finding(location, "is wrong", "Mend it."))) == f"{place}: is wrong. Mend it."


def test_a_place_in_a_file_that_is_not_there_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="there is no file for"):
        Files(None, None, {}).mistake(Finding(("name",), "is wrong", "Mend it."))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("organisation.yml", "is not read, because of its name. Name it organisation.yaml, or move it elsewhere."),
        ("agents/sales.yml", "is not read, because of its name. Name it sales.yaml, or move it elsewhere."),
        ("agents/sales.YAML", "is not read, because of its name. Name it sales.yaml, or move it elsewhere."),
        ("customers/more.yml", "is not read, because of its name. Name it more.yaml, or move it elsewhere."),
        ("knowledge/fit.markdown", "is not read, because of its name. Name it fit.md, or move it elsewhere."),
        ("knowledge/frames/fit.md", "is not read, because it stands in a folder within. Move it to knowledge/."),
        ("agents/more/of/sales.yaml", "is not read, because it stands in a folder within. Move it to agents/."),
    ],
)
def test_a_file_that_nothing_reads_is_named(folder: Folder, file: str, told: str) -> None:
    folder.write(file, "anything: at all")
    assert read(folder)[1] == [f"{file}: {told}"]


def test_other_files_may_stand_in_the_folder(folder: Folder) -> None:
    for file in ("README.md", "notes.txt", "agents/logo.svg", "evaluation/tuning.csv", "evaluation/old/x.yaml"):
        folder.write(file, "anything: at all")
    assert read(folder)[1] == []
