"""`holdfast evaluate ORGANISATION`: the real decision path over the organisation's labelled messages."""

import asyncio
from pathlib import Path
from typing import Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from answering.evaluating import draft_labelled, judge_labelled
from domain.quality.evaluation import EXPECTED, JudgedMessage, OrganisationEvaluation, evaluation_of
from domain.quality.rates import Rate
from embedded.installation import embedder_of
from integrations.llm.local import LocalReplyWriter
from publishing.fitting import held_out_drafts
from publishing.labelled_messages import read_labelled_messages
from publishing.publication import contexts_of
from publishing.rehearsing import fit_folder
from publishing.specification.loading import load_specification

Part = Literal["held_out", "tuning"]
HOW_MEASURED: dict[Part, str] = {
    "held_out": "held-out messages, which nothing was trained, calibrated or tuned on",
    "tuning": "tuning messages, each drafted without training on it; thresholds were chosen on these, so expect less",
}


def evaluate_organisation(folder: Path, part: Part = "held_out") -> OrganisationEvaluation:
    """Fit the organisation in `folder` as publishing does, and measure it on one part of its labelled messages.

    Raises SpecificationError and domain errors for mistakes in the files and settings, and OSError.
    """
    loaded = load_specification(folder)
    version = loaded.version
    contexts, embedder = contexts_of(loaded.directory), embedder_of(version.specification.model.embedder)
    tuning = read_labelled_messages(folder / "evaluation" / "tuning.csv")
    fitted = asyncio.run(fit_folder(loaded, tuning, embedder))
    models = fitted.serving(version)
    messages = tuning if part == "tuning" else read_labelled_messages(folder / "evaluation" / "held_out.csv")
    milliseconds = list[float]()
    drafts = asyncio.run(draft_labelled(models, LocalReplyWriter(), messages, contexts, milliseconds.append))
    if part == "tuning":
        without_themselves = {
            message.id: draft
            for message, draft in held_out_drafts(version, fitted.topics, tuning, contexts, fitted.vectors)
        }
        drafts = [without_themselves[message.id] for message in tuning]
    judged = judge_labelled(models, messages, drafts)
    organisation = version.specification.organisation
    return evaluation_of(organisation, part, judged, model=embedder.model or "none", milliseconds=milliseconds)


def report(evaluation: OrganisationEvaluation, *, failures: bool) -> RenderableType:
    """Tables for a terminal."""
    title = Text(f"{evaluation.organisation}: {evaluation.messages} {HOW_MEASURED[evaluation.part]}")
    tables: list[RenderableType] = [title, _rates(evaluation), _confusion(evaluation)]
    return Group(*tables, *([_failures(evaluation.failures)] if failures else []))


def _rates(evaluation: OrganisationEvaluation) -> Table:
    table = Table("measure", "share", "95 % interval", "messages")
    rows: list[tuple[str, Rate]] = [
        ("answered without a person", evaluation.automation),
        ("of answerable: answered correctly", evaluation.answered_correctly),
        ("wrong answers", evaluation.wrong_answers),
        ("of answerable: false escalations", evaluation.false_escalations),
        ("of those for a person: missed escalations", evaluation.missed_escalations),
        ("of vague: asked back", evaluation.clarified_of_vague),
        ("of asked back: vague indeed", evaluation.vague_of_clarified),
    ]
    for name, rate in rows:
        interval = f"{rate.low:.1%} to {rate.high:.1%}"
        table.add_row(name, f"{rate.share:.1%}", interval, f"{rate.count} of {rate.n}")
    table.add_row("calibration error", f"{evaluation.calibration_error:.3f}", "", f"{evaluation.weighed} drafts")
    latency = evaluation.latency_ms
    table.add_row("milliseconds for a draft, p50 / p99", f"{latency.p50:.1f} / {latency.p99:.1f}")
    table.add_row("embedding model", evaluation.model)
    return table


def _confusion(evaluation: OrganisationEvaluation) -> Table:
    table = Table("expected \\ done", *EXPECTED)
    for expected in EXPECTED:
        table.add_row(expected, *(str(evaluation.confusion[expected][done]) for done in EXPECTED))
    return table


def _failures(failures: tuple[JudgedMessage, ...]) -> Table:
    table = Table("message", "expected", "done", "why", "confidence", "sources", "text")
    for failed in failures:
        wanted = f"{failed.expected} {' '.join(failed.expected_sources)}".strip()
        sources = " ".join(failed.sources)
        table.add_row(
            failed.id, wanted, failed.done, failed.reason, f"{failed.confidence:.2f}", sources, Text(failed.text)
        )
    return table
