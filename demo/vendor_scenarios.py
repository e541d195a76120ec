"""The scenarios of customers who write by email, SMS, Zendesk and Slack, or call; each has a customer of its own."""

from demo.actions import (
    APPROVER,
    SUPPORT,
    AnswerInZendesk,
    AskAgain,
    Decide,
    HangUp,
    Overhear,
    Reply,
    ReplyInVain,
    Scenario,
    Stop,
    WaitForSalesforce,
    say,
)
from sandbox.process.zendesk import COLLEAGUE

BY_EMAIL = (
    Scenario(
        "questions by email, answered in the thread",
        "c-1002",
        (
            say("How can I export a project to CSV?", then="answer"),
            say("And when does our subscription renew?", then="answer"),
        ),
        channel="email",
        subject="CSV export",
    ),
    Scenario(
        "asks for a person by email",
        "c-1008",
        (
            say("I want to speak to a human, please.", then="person"),
            Reply(SUPPORT, "Hello, I have read your mail. What can I do for you?"),
            say("Our channel mapping got lost, could you look at it?", then="recorded"),
            Reply(SUPPORT, "I have restored it; please reload the page."),
        ),
        channel="email",
        subject="A question",
    ),
    Scenario(
        "billing dispute by email, approved",
        "c-1004",
        (
            say("I want to dispute our last invoice, it lists too many seats.", then="approval"),
            Decide(APPROVER, "approve", "send"),
        ),
        channel="email",
        subject="Our last invoice",
    ),
    Scenario(
        "begins by email, goes on by SMS",
        "c-1005",
        (
            say("How do I invite my team to our workspace?", then="answer"),
            WaitForSalesforce(),
            say("And which plan are we on?", then="answer"),
            say("How many seats do we have?", by="sms", then="answer"),
            say("How do I add more seats?", then="answer"),
        ),
        channel="email",
        subject="Inviting people",
    ),
)

BY_SMS = (
    Scenario(
        "question by SMS, then STOP",
        "c-1016",
        (
            say("How many seats do we have?", then="answer"),
            say("Do guests need a paid seat?"),
            Stop(),
            ReplyInVain(SUPPORT, "One more thing: guests are free."),
        ),
        channel="sms",
    ),
    Scenario(
        "SMS told of three times and out of order",
        "c-1018",
        (
            say("How do I create an API token?", webhooks="doubled"),
            say("One more thing:", "Which payment methods do you accept?", webhooks="reordered"),
        ),
        channel="sms",
    ),
)

BY_PHONE = (
    Scenario(
        "call: a question, once more, a person",
        "c-1027",
        (
            say("How do I turn off email notifications?", then="answer"),
            AskAgain("Could you say that again, please?"),
            say("I want to speak to a human, please.", then="person"),
            Overhear("email notifications"),
        ),
        channel="phone",
    ),
    Scenario(
        "call: a question about the account",
        "c-1029",
        (say("Which plan are we on?", then="answer"), say("Great, thank you!"), HangUp()),
        channel="phone",
    ),
)

BY_ZENDESK = (
    Scenario(
        "ticket, answered in public",
        "c-1020",
        (
            say("How do I import a board from Trello?", then="answer"),
            say("When does our subscription renew?", then="answer"),
        ),
        channel="zendesk",
        subject="Trello",
    ),
    Scenario(
        "ticket that a colleague answers in Zendesk",
        "c-1022",
        (
            say("Can exports run on a schedule?"),
            AnswerInZendesk(COLLEAGUE, "Hello, Sam here. I have set up a weekly export for you."),
            say("Perfect. How do I restore a deleted task?", then="recorded"),
        ),
        channel="zendesk",
        subject="Exports",
    ),
    Scenario(
        "ticket whose webhook gets lost",
        "c-1035",
        (say("How long do deleted items stay in the trash?", webhooks="lost"), say("Great, thank you!")),
        channel="zendesk",
        subject="Trash",
    ),
)

BY_SLACK = (
    Scenario(
        "thread in a shared Slack channel",
        "c-1037",
        (
            say("How do I connect TechFlow to Slack?", then="answer"),
            say("And does it work with Microsoft Teams too?"),
        ),
        channel="slack",
    ),
    Scenario(
        "direct message in Slack",
        "c-1040",
        (say("Is our last invoice paid?", then="answer"), say("Where can I download our invoices?")),
        channel="slack",
        is_direct=True,
    ),
    Scenario(
        "Slack tells of everything twice and out of order",
        "c-1043",
        (
            say("How do I make a template from a project?", webhooks="doubled"),
            say("Thanks!", "How do I add a custom field?", webhooks="reordered"),
        ),
        channel="slack",
    ),
)

DURING_THE_OUTAGE = (
    Scenario(
        "email during the outage of Salesforce",
        "c-1045",
        (
            say("How do I turn off email notifications?", then="answer"),
            WaitForSalesforce(),
            say("How many seats do we have?"),
        ),
        channel="email",
        subject="Notifications",
        arrives="outage",
    ),
    Scenario(
        "SMS during the outage of Salesforce",
        "c-1025",
        (
            say("Where can I see your service status?"),
            WaitForSalesforce(),
            say("Which plan are we on?"),
        ),
        channel="sms",
        arrives="outage",
    ),
    Scenario(
        "ticket during the outage of Salesforce",
        "c-1009",
        (say("How big may an uploaded file be?", then="answer"),),
        channel="zendesk",
        subject="Uploads",
        arrives="outage",
    ),
    Scenario(
        "Slack during the outage of Salesforce",
        "c-1032",
        (say("Can I work offline on my phone?"),),
        channel="slack",
        is_direct=True,
        arrives="outage",
    ),
    Scenario(
        "web chat during the outage of Salesforce",
        "c-1001",
        (
            say("How do I build an automation?", then="answer"),
            WaitForSalesforce(),
            say("How many seats do we have?"),
        ),
        arrives="outage",
    ),
)

BY_VENDORS = (*BY_EMAIL, *BY_SMS, *BY_PHONE, *BY_ZENDESK, *BY_SLACK, *DURING_THE_OUTAGE)
