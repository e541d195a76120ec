"""Limits of approval rules that can not be meant: of a role that is never asked, or that allow nothing."""

from collections.abc import Iterator

from domain.specification.findings import Finding, as_list, child, is_number, texts_at, values_at

WIDENED_TO = ("ladder.*.roles.*", "rules.*.ask.roles.*", "rules.*.ask.ladder.*.roles.*")
ALWAYS_ASKED = frozenset({"lead", "admin"})
USUAL = ("approver",)


def limits_of_nobody(data: object) -> Iterator[Finding]:
    """The role may not decide what the rule is for, by whatever way."""
    others = ALWAYS_ASKED | {role for _, role in texts_at(data, *WIDENED_TO)}
    for location, rule in values_at(data, "approval_rules.*"):
        asked = others | set(map(str, as_list(child(rule, "roles")) or USUAL))
        for inside, role in texts_at(rule, "limits.*.role"):
            if role not in asked:
                problem = f"{role!r} is asked neither by this rule nor by a ladder"
                yield Finding((*location, *inside), problem, "Add it to the rule's `roles`, or leave its limit out.")


def limits_that_allow_nothing(data: object) -> Iterator[Finding]:
    """The rule is for higher amounts only."""
    for location, rule in values_at(data, "approval_rules.*"):
        least = child(rule, "amount_above")
        for inside, most in values_at(rule, "limits.*.amount_up_to"):
            if is_number(least) and is_number(most) and float(str(most)) <= float(str(least)):
                problem = f"is not above the rule's amount_above, {least}, so that this role never may approve"
                yield Finding((*location, *inside), problem, "Raise it, or leave the role out of `roles`.")


LIMIT_CHECKS = (limits_of_nobody, limits_that_allow_nothing)
