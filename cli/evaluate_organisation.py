"""`holdfast evaluate ORGANISATION`: the real decision path over the organisation's labelled messages."""

import asyncio
from pathlib import Path
from typing import Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from answering.evaluating import Contexts, draft_labelled, judge_labelled
from answering.topics.ngram import NgramTopicModel
from domain.quality.evaluation import EXPECTED, JudgedMessage, LabelledMessage, OrganisationEvaluation, evaluation_of
from domain.quality.rates import Rate
from domain.specification.organisation import SpecVersion
from integrations.llm.local import LocalReplyWriter
from publishing.fitting import fit_models, held_out_drafts, serving_models
from publishing.labelled_messages import read_labelled_messages
from publishing.publication import contexts_of
from publishing.specification.loading import load_specification

Part = Literal["held_out", "tuning"]
HOW_MEASURED: dict[Part, str] = {
    "held_out": "held-out messages, which nothing was trained, calibrated or tuned on",
    "tuning": "tuning messages, each drafted without training on it; thresholds were chosen on these, so expect less",
}


def evaluate_organisation(folder: Path, part: Part = "held_out") -> OrganisationEvaluation:
    """Fit the organisation in `folder` as publishing does, and measure it on one part of its labelled messages.

    Raises SpecificationError and InvalidInputError for mistakes in the files, and OSError.
    """
    loaded = load_specification(folder)
    contexts = contexts_of(loaded.directory)
    tuning = read_labelled_messages(folder / "evaluation" / "tuning.csv")
    if part == "tuning":
        judged = _judged_without_themselves(loaded.version, tuning, contexts)
    else:
        held_out = read_labelled_messages(folder / "evaluation" / "held_out.csv")
        judged = _judged(loaded.version, tuning, held_out, contexts)
    return evaluation_of(loaded.version.specification.organisation, part, judged)


def report(evaluation: OrganisationEvaluation, *, failures: bool) -> RenderableType:
    """Tables for a terminal."""
    title = Text(f"{evaluation.organisation}: {evaluation.messages} {HOW_MEASURED[evaluation.part]}")
    tables: list[RenderableType] = [title, _rates(evaluation), _confusion(evaluation)]
    return Group(*tables, *([_failures(evaluation.failures)] if failures else []))


def _judged(
    version: SpecVersion,
    tuning: tuple[LabelledMessage, ...],
    messages: tuple[LabelledMessage, ...],
    contexts: Contexts,
) -> list[JudgedMessage]:
    fitted = fit_models(version, tuning, contexts)
    models = serving_models(version, NgramTopicModel.from_bytes(fitted.topic_model), fitted.calibration)
    drafts = asyncio.run(draft_labelled(models, LocalReplyWriter(), messages, contexts))
    return judge_labelled(models, messages, drafts)


def _judged_without_themselves(
    version: SpecVersion, tuning: tuple[LabelledMessage, ...], contexts: Contexts
) -> list[JudgedMessage]:
    fitted = fit_models(version, tuning, contexts)
    models = serving_models(version, NgramTopicModel.from_bytes(fitted.topic_model), fitted.calibration)
    pairs = list(held_out_drafts(version, tuning, contexts))
    return judge_labelled(models, [message for message, _ in pairs], [draft for _, draft in pairs])


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
