import pytest

from domain.language.asks_for_person import asks_for_person
from domain.language.person_words import LANGUAGES
from tests.domain.language.askings import Labelled, labelled, measured, table, table_of_guide

ASKS = """
i'd like to be connected to an agent
any chance I could speak with an actual employee?
This isn't working, I want to speak to somebody in charge
Please have a member of your team contact me
get me your supervisor NOW
I need human assistance
can you loop in a person?
Is it possible to talk with a live rep?
I'm done talking to this thing, put a human on
do you have real people working there
could someone from support reach out to me
How can I reach a human?
how do i get hold of a real person
Where's the human?
I would prefer speaking with a person about this
I want somebody to phone me about this
May I speak to the person responsible?
can I please just talk to one of your staff
stop sending automated replies
I asked for a human three times already
just give me a person to talk to
Bring in a human
let a human handle this
can your team take this over? I don't trust a bot
I don't want AI answers
is this a bot? I want a human
let me speak to a manager please
is there a phone number where i can talk to someone
I wish to speak to a representative of your company
Hook me up with an agent
pls connect with agent
need agent
speak to agent
talk to a person
human agent
customer service please
escalate
i need to escalate this to a manager
I'd like someone to look at my case personally
could I get a real human being on the line
Can I chat to somebody?
I want to be transferred to a person
Can a real person reply to me?
please let someone from your team answer this
Kann ich mit jemandem sprechen?
Ich will keinen Bot, geben Sie mir einen Menschen
ein echter Mensch bitte
Passez-moi un humain s'il vous plaît
Je veux parler à une vraie personne
Póngame con un agente humano
¿Puedo hablar con alguien?
Me puede atender una persona real?
posso parlare con una persona?
Eu quero falar com uma pessoa
Kan ik iemand spreken?
Proszę o kontakt z konsultantem
I want to talk to a human
can I speak with someone?
agent
Representative!!
Let me talk to a real person please
is there an actual human I can chat with
I don't want to talk to a bot
put me through to a manager
transfer me to an agent
Could you get someone to call me
can someone call me back?
please call me
give me a human
this bot is useless
I need a real person to look at this
I'd like to speak to your supervisor
connect me with support staff
is anyone there?
I demand to see a manager
get me a person
I'm tired of chatting with a machine
stop answering with a robot
human please
Hand this over to a colleague of yours
Can I have a live agent?
Is there anybody I can talk to about this?
I would rather deal with an actual human being
Talk to support
i wanna speak w/ a rep
Are there any humans at your company?
please escalate this
I want a person, not a chatbot
no bots please
Can you pass me on to someone in billing?
Ich möchte mit einem Menschen sprechen
Kann ich bitte mit einem Mitarbeiter reden?
Verbinden Sie mich mit einer echten Person
je voudrais parler à un conseiller
Puis-je parler à quelqu'un ?
quiero hablar con una persona
necesito hablar con un agente
vorrei parlare con un operatore
quero falar com um atendente
ik wil een medewerker spreken
ik wil met een mens praten
chcę rozmawiać z człowiekiem
jag vill prata med en människa
转人工
хочу поговорить с оператором
Could a colleague of yours take over?
I'd prefer a human for this
lemme talk 2 a human
can a human look at this?
I want to speak with customer service
You're not helping, get me someone who can
Who can I speak to in person?
I would like a callback
"""
DOES_NOT = """
How do I contact an account owner?
The person who set this up left the company, how do I get access?
I'd like to see what my staff can access
Can I give my manager access to billing?
Somebody deleted our board, can it be restored?
How many agents can I have on the Team plan?
Is there an API for creating people?
how do I send a report to someone outside
Who can see my projects?
Does someone need a licence to view?
I want to make someone an admin
our customer support team wants to use TechFlow, what plan?
Can I talk to the API with OAuth?
my team can't chat in the app any more
Do you offer support in German?
What are your support hours?
Is phone support included in Business?
How do I set up customer service workflows
can two people edit at the same time
We need an agent seat for a freelancer
How do I switch a task to another person?
I need to assign a representative to a deal
how do I forward an invoice to my manager?
My boss asked for a copy of the invoice
how can I get a person's activity log
Can I move a project to someone else's account
Please add a colleague of mine to the account
who is my account manager?
please send me the invoice, my manager needs it
the robot icon does not show in the app
our bot token expired, how do I rotate it?
Is there a callback after the export is done?
how do I reach the settings page
please tell me how I can invite people
Do I need a human readable name for the field?
What does the support agent role see?
how to remove an employee who left
Are people notified when I comment?
I need an operator precedence explanation for formulas
Are there any manager permissions?
how can I see which person changed a task
Wer kann meine Projekte sehen?
Wie lade ich eine Person ein?
Ich möchte einen Kollegen einladen
je veux inviter une personne
Quiero invitar a una persona
I want my customers to talk to my team through TechFlow
we have someone in our team who wants to see reports
let someone else approve expenses
are you an ai or a real person
do i have to talk to someone to close an account or can i in the app
you can call me james
How do I transfer ownership to another person?
I need to add a person to my workspace
Can someone on my team see my private board?
How do I assign a ticket to an agent?
someone changed my plan
Can someone help me reset my password?
does support answer on weekends?
How do I give a person access to one project?
what can a manager role do?
The Slack bot isn't posting to our channel
How do I stop the bot from posting in our channel?
Can my customers chat with our agents in the app?
I don't need to talk to a human, just tell me how to cancel
Is the export human readable?
Can I connect my account with a colleague's account?
How do I remove people from the workspace?
call the API from python
How many people can join?
we have someone new on the team, how do I invite them?
I have two people leaving, do I get a refund for seats?
How do I send someone an invoice?
what is a callback url?
How do I set a callback URL for webhooks? please
Need to give someone admin rights
Can I let someone else manage billing?
I want to see who is on my team
is there someone else logged in to my account
I need people to approve my requests automatically
How do I contact sales for an enterprise plan
Do you have an automated export?
Wie kann ich einen Mitarbeiter hinzufügen?
Kann ich die Rechnung an jemand anderen schicken?
Comment ajouter une personne à mon espace ?
¿Cómo puedo añadir una persona a mi equipo?
How do I send a project to a client or agent?
Our HR wants human resources reports
my manager wants to see the invoice
The AI suggestions are wrong, how do I turn them off
how do I get a team report?
I want managers to approve timesheets
can I talk about pricing?
I need a supervisor role for my account
can an agent have two roles?
Can I put a person on two teams?
I need someone in finance to receive invoices
I want someone on my team to be admin
"""


@pytest.mark.parametrize("text", ASKS.strip().splitlines())
def test_a_request_for_a_person_is_heard_in_any_wording(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize("text", DOES_NOT.strip().splitlines())
def test_people_in_the_customers_own_work_are_no_request(text: str) -> None:
    assert not asks_for_person(text)


@pytest.mark.parametrize("message", labelled("tuned"), ids=lambda message: f"{message.language}: {message.text}")
def test_a_labelled_message_is_told_apart(message: Labelled) -> None:
    assert asks_for_person(message.text) is message.asks


def test_messages_that_were_set_aside_are_heard_nearly_as_well() -> None:
    blind = measured(labelled("blind"))
    assert blind.recall >= 0.9
    assert blind.false_alarm_rate <= 0.03


def test_every_language_has_labelled_messages_in_both_halves() -> None:
    codes = {language.code for language in LANGUAGES}
    assert codes == {m.language for m in labelled("tuned")} == {m.language for m in labelled("blind")}
    for code in codes:
        for half in (labelled("tuned"), labelled("blind")):
            found = measured([message for message in half if message.language == code])
            assert (found.askings >= 8, found.others >= 4) == (True, True), code


def test_no_message_is_in_both_halves() -> None:
    assert not {m.text.casefold() for m in labelled("tuned")} & {m.text.casefold() for m in labelled("blind")}


def test_the_guide_has_the_table_as_it_is_measured() -> None:
    assert table_of_guide() == table(), "python -m tests.domain.language.askings writes it anew"


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "\u200b", "a" * 5000, "转" * 2000, "want a " * 400])
def test_a_message_that_says_nothing_asks_for_nothing(text: str) -> None:
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "The import fails. I have tried it twice! Kann mich bitte jemand anrufen? Danke",
        "Bonjour,\nle tableau est vide\nje voudrais parler à un conseiller\nmerci",
        "Hello 我要人工 thanks",
        "Mein Kollege kann sich nicht anmelden, bitte verbinden Sie mich mit einem Mitarbeiter",
    ],
)
def test_one_sentence_of_many_is_enough(text: str) -> None:
    assert asks_for_person(text)
