"""The files that a version was read from: kept, and made a folder again."""

from pathlib import Path

from publishing.labelled_messages import LABELLED
from publishing.sources import as_folder, read_sources
from publishing.specification import load_specification, start_organisation


def test_a_folder_comes_back_as_it_was(tmp_path: Path) -> None:
    start_organisation(tmp_path / "ferry")
    files = read_sources(tmp_path / "ferry")
    assert files is not None
    assert not any(path.startswith(("schema/", "customers/")) for path in files)
    with as_folder("ferry", files) as folder:
        assert read_sources(folder) == files
        assert load_specification(folder).version == load_specification(tmp_path / "ferry").version
    assert not folder.exists()


def test_marks_of_windows_are_left_out_and_labelled_messages_are_kept(tmp_path: Path) -> None:
    (tmp_path / "evaluation").mkdir()
    (tmp_path / LABELLED).write_bytes(b"id,text\r\n")
    (tmp_path / "topics.yaml").write_bytes(b"\xef\xbb\xbftopics: []\r\n")
    (tmp_path / "unrelated.yaml").write_text("x: 1")
    assert read_sources(tmp_path) == {"evaluation/tuning.csv": "id,text\n", "topics.yaml": "topics: []\n"}


def test_what_cannot_be_kept_whole_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / ".hidden.yaml").write_text("id: hidden")
    assert read_sources(tmp_path) is None
    (tmp_path / "agents" / ".hidden.yaml").unlink()
    (tmp_path / "agents" / "a.yaml").write_bytes(b"\xff")
    assert read_sources(tmp_path) is None
