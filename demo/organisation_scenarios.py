"""The scenarios of the organisation itself: a journey, a change of mode in the middle of a turn, two versions."""

from demo.actions import (
    APPROVER,
    LEAD,
    OTHER_APPROVER,
    SUPPORT,
    WEBSITE,
    ConfirmStep,
    Decide,
    EnterJourney,
    FollowJourney,
    Reply,
    Scenario,
    SeeSuggestion,
    SwitchMode,
    TellEvent,
    WaitForPublication,
    say,
)
from domain.specification.modes import Mode

DISPUTE = "I want to dispute our last invoice, it lists too many seats."

ON_A_JOURNEY = Scenario(
    "onboarding journey, from the welcome to the check-in",
    "c-1013",
    (
        say("Hi! How do I invite my team to our workspace?", then="answer"),
        EnterJourney(
            WEBSITE,
            "onboarding",
            steps=("welcome", "ask_email", "secure", "tour", "activation", "success", "check_in"),
        ),
        FollowJourney(SUPPORT, "ask_email"),
        say("kristjan@tallinn-soft.example", then="answer"),
        FollowJourney(SUPPORT, "activation"),
        TellEvent(WEBSITE, "first_project"),
        FollowJourney(SUPPORT, "check_in"),
        ConfirmStep(APPROVER, "check_in", "They are happy, and have invited four colleagues."),
        FollowJourney(SUPPORT, None),
        say("Do guests need a paid seat?", then="answer"),
    ),
)

SWITCHED = Scenario(
    "switched to co-pilot while a draft is being written",
    "c-1034",
    (
        say("How long is the free trial?", then="recorded"),
        SwitchMode(LEAD, Mode.CO_PILOT),
        Decide(LEAD, "take_over", "take_over"),
        Reply(LEAD, "Hello, this is a person: you have 14 days, and I can see that 9 of them are left."),
        say("What happens when the trial is over?", then="recorded"),
        SeeSuggestion(LEAD),
        Reply(LEAD, "You choose a plan and go on. I call you before that."),
    ),
)

ACROSS_VERSIONS = (
    Scenario(
        "open when another version is published",
        "c-1026",
        (
            say("When does our subscription renew?", then="answer"),
            WaitForPublication(),
            say(DISPUTE, then="approval"),
            Decide(APPROVER, "approve", "send"),
        ),
    ),
    Scenario(
        "comes when the other version is active: two approve",
        "c-1030",
        (
            say(DISPUTE, then="approval"),
            Decide(APPROVER, "approve", "wait_for_more"),
            Decide(OTHER_APPROVER, "approve", "send"),
        ),
        arrives="published",
    ),
    Scenario(
        "comes after the rollback: one approves again",
        "c-1038",
        (say(DISPUTE, then="approval"), Decide(APPROVER, "approve", "send")),
        arrives="rolled back",
    ),
)

OF_THE_ORGANISATION = (ON_A_JOURNEY, SWITCHED, *ACROSS_VERSIONS)
