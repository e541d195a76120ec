"""What is wrong with journeys: names that lead nowhere, ways without an end, tools that nobody may use.

The checks take the data of a whole specification, which need not be valid: a journey whose steps are none, or lead
nowhere, is looked into no further.
"""

from collections.abc import Collection, Iterator, Mapping

from domain.specification.findings import Finding, Location, as_list, child, instead_of, texts_at, values_at

STEPS_NAMED = (
    "next",
    "next.*",
    "otherwise",
    "choices.*.next",
    "conditions.*.next",
    "branches.*",
)
"""Where a step names others."""
ANSWERS_NAMED = ("conditions.*.answer", "arguments.*.answer")
WAITS = frozenset({"question", "wait", "check_in", "promise"})
"""Kinds that wait for somebody or something, so that a circle with one of them does not run by itself."""

MOST_STEPS = 500
"""Of a journey. Ways and circles are looked for from every step."""

Graph = Mapping[str, list[str]]


def lost_steps(data: object) -> Iterator[Finding]:
    """Steps and answers that a journey names and does not have."""
    for location, journey in values_at(data, "journeys.*"):
        steps = list(values_at(journey, "steps.*"))
        known = {name for _, step in steps for name in [child(step, "id")] if isinstance(name, str)}
        asked = {str(child(step, "id")) for _, step in steps if child(step, "kind") == "question"}
        yield from _unknown(location, journey, STEPS_NAMED, known, "step", "Name a step of this journey, or add it.")
        yield from _unknown(location, journey, ANSWERS_NAMED, asked, "question", "Name a question of this journey.")


def _unknown(
    around: Location, journey: object, places: Collection[str], known: Collection[str], called: str, otherwise: str
) -> Iterator[Finding]:
    for inside, name in texts_at(journey, *(f"steps.*.{place}" for place in places)):
        if name not in known:
            yield Finding((*around, *inside), f"no {called} {name!r}", instead_of(name, known, otherwise))


def words_of_steps(data: object) -> Iterator[tuple[Location, str]]:
    """The descriptions of steps that are nothing but words; steps of the other kinds may go without."""
    for location, step in values_at(data, "journeys.*.steps.*"):
        if child(step, "kind") in (None, "described"):
            yield from (((*location, *inside), text) for inside, text in texts_at(step, "description"))


def impossible_ways(data: object) -> Iterator[Finding]:
    """Steps that nobody comes to, circles that nobody leaves, and circles that never wait."""
    for location, journey in values_at(data, "journeys.*"):
        following = _following(journey)
        if following is None:
            continue
        first = next(iter(following))
        preceding = {step: [other for other, after in following.items() if step in after] for step in following}
        begun, left = _reached(following, [first]), _reached(preceding, [s for s in following if not following[s]])
        restless = _restless(journey, following)
        for number, step in enumerate(following):
            at = (*location, "steps", number, "id")
            if step not in begun:
                yield Finding(at, "no step leads to this one", "Name it in `next` of an earlier step, or remove it.")
            elif step not in left:
                remedy = "Let a step of this circle lead on to a last one."
                yield Finding(at, "the journey never ends from here", remedy)
            elif step in restless:
                problem = "comes back to itself without waiting for anybody"
                yield Finding(at, problem, "Put a question or a wait into this circle.")


def _following(journey: object) -> Graph | None:
    """The next steps of each, in order; None of a journey whose steps are none, too many, or lead nowhere."""
    steps = [step for _, step in values_at(journey, "steps.*")]
    following = {str(child(step, "id")): [name for _, name in texts_at(step, *STEPS_NAMED)] for step in steps}
    named = {name for names in following.values() for name in names}
    is_whole = len(following) == len(steps) <= MOST_STEPS and named <= following.keys()
    return following if following and is_whole else None


def _restless(journey: object, following: Graph) -> set[str]:
    """Steps in a circle of kinds that wait for nobody."""
    steps = [step for _, step in values_at(journey, "steps.*")]
    at_once = {str(child(step, "id")) for step in steps if child(step, "kind") not in (*WAITS, None, "described")}
    graph = {step: [after for after in following[step] if after in at_once] for step in at_once}
    return {step for step in graph if step in _reached(graph, graph[step])}


def _reached(following: Graph, first: Collection[str]) -> set[str]:
    reached, waiting = set(first), list(first)
    while waiting:
        new = set(following.get(waiting.pop(), ())) - reached
        reached |= new
        waiting += new
    return reached


def circles_of_journeys(data: object) -> Iterator[Finding]:
    """Journeys that are a part of themselves."""
    journeys = list(values_at(data, "journeys.*"))
    parts = {str(child(one, "id")): [name for _, name in texts_at(one, "steps.*.journey")] for _, one in journeys}
    for location, journey in journeys:
        own = str(child(journey, "id"))
        for inside, name in texts_at(journey, "steps.*.journey"):
            if own in _reached(parts, [name]):
                problem = f"{own!r} is a part of {name!r} itself, so that it would never end"
                yield Finding((*location, *inside), problem, "Leave one of them out.")


def never_begun(data: object) -> Iterator[Finding]:
    """Journeys that are only read, where something would have to carry them out."""
    journeys = list(values_at(data, "journeys.*"))
    read_only = [child(one, "id") for _, one in journeys if not _runs(one)]
    for location, journey in journeys:
        enters = [word for word in as_list(child(journey, "enter_by")) if isinstance(word, str)]
        if enters and child(journey, "id") in read_only:
            problem = "a journey with steps in words only is never begun"
            yield Finding((*location, "enter_by"), problem, "Give each step a kind, or leave enter_by out.")
        for word, needed in (("topic", "topics"), ("tool", "tools")):
            if word in enters and not as_list(child(journey, needed)):
                problem = f"{word} begins it, and {needed} names none"
                yield Finding((*location, "enter_by"), problem, f"Name some in {needed}.")
        for inside, name in texts_at(journey, "steps.*.journey"):
            if name in read_only:
                problem = f"{name!r} has steps in words only, which nothing carries out"
                yield Finding((*location, *inside), problem, "Give each of its steps a kind.")


def _runs(journey: object) -> bool:
    return all(child(step, "kind") not in (None, "described") for _, step in values_at(journey, "steps.*"))


def forbidden_tools(data: object) -> Iterator[Finding]:
    """Tools that no step may use, because its AI agent may not."""
    ai_agents = [ai_agent for _, ai_agent in values_at(data, "ai_agents.*")]
    known = [child(ai_agent, "id") for ai_agent in ai_agents]
    allowed = [
        (child(ai_agent, "id"), child(tool, "server"), child(tool, "tool"))
        for ai_agent in ai_agents
        for _, tool in values_at(ai_agent, "tools.*")
        if child(tool, "access") == "write"
    ]
    for location, step in values_at(data, "journeys.*.steps.*"):
        used = (child(step, "ai_agent"), child(step, "server"), child(step, "tool"))
        if child(step, "kind") == "tool" and used[0] in known and used not in allowed:
            problem = f"{used[0]} may not use {used[1]}.{used[2]}"
            remedy = "Allow it there with `access: write`, or name an AI agent that may."
            yield Finding((*location, "tool"), problem, remedy)
