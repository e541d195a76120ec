import pytest

from domain.asks_for_person import asks_for_person

ASKS = """
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
