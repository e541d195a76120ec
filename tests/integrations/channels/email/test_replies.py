"""Stripping quotations and signatures: what a customer wrote is never lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.replies import new_text

REPLIES = Path(__file__).parents[5] / "shared" / "data" / "email" / "replies"
INTRODUCTIONS = (
    "On Mon, 3 Nov 2025 at 09:12, TechFlow Support <support@techflow.example> wrote:",
    "On Tue, Sep 25, 2012 at 8:59 AM, Chris Wanstrath\n<notifications@github.example>wrote:",
    "Am 03.11.2025 um 09:12 schrieb TechFlow Support:",
    "Le lun. 3 nov. 2025 à 09:12, TechFlow <support@techflow.example> a écrit :",
    "El lun, 3 nov 2025 a las 9:12, TechFlow (<support@techflow.example>) escribió:",
    "Il giorno lun 3 nov 2025 alle ore 09:12 TechFlow <support@techflow.example> ha scritto:",
    "Op ma 3 nov 2025 om 09:12 schreef TechFlow <support@techflow.example>:",
    "Em seg., 3 de nov. de 2025 às 09:12, TechFlow <support@techflow.example> escreveu:",
    "pon., 3 lis 2025 o 09:12 TechFlow <support@techflow.example> napisał(a):",
    "Den mån 3 nov. 2025 kl 09:12 skrev TechFlow <support@techflow.example>:",
    "пн, 3 нояб. 2025 г. в 09:12, TechFlow <support@techflow.example>:",
    "2025年11月3日(月) 9:12 TechFlow <support@techflow.example>:",
)
QUOTED = "> Hello Erika,\n>\n> do you want A or B?\n>> earlier\n> TechFlow"
OUTLOOK = (
    "From: TechFlow Support <support@techflow.example>\nSent: Monday, 3 November 2025 09:12\n"
    "To: Erika\nSubject: RE: Order 7\n\nHello Erika,\ndo you want A or B?",
    "Von: TechFlow Support <support@techflow.example>\nGesendet: Montag, 3. November 2025 09:12\n"
    "An: Erika\nBetreff: AW: Bestellung 7\n\nGuten Tag,\nA oder B?",
    "*De :* TechFlow <support@techflow.example>\n*Envoyé :* lundi 3 novembre 2025\n"
    "*À :* Erika\n*Objet :* RE: Commande\n\nA ou B ?",
    "________________________________\nFrom: TechFlow\nSent: Monday\nTo: Erika\nSubject: Order 7\n\nHello",
    "-----Original Message-----\nWhatever was there",
)


def stripped(text: str) -> str:
    return new_text(text, is_reply=True).text


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


TRAPS = (
    "On 5 May I ordered two",
    "Please call at 10:30, Kalle wrote:",
    "wrote:",
    "He said on 3 May 2025:",
    "From: me",
    "Subject: none",
    "To: you",
    "-- not a signature",
    "- a list",
    "_____",
    "see below",
    "Sent from home",
    "<erika@customer.example>:",
    "",
)
letters = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
written = (
    st.lists(st.one_of(st.text(letters, max_size=60), st.sampled_from(TRAPS)), min_size=1, max_size=8)
    .filter(lambda lines: any(line.strip() for line in lines))
    .map("\n".join)
)
"""Any lines, those among them that begin with ">" or look like a list, a header or a separator."""
plain = written.filter(lambda text: not any(line.lstrip().startswith(">") for line in text.split("\n")))
without_delimiter = plain.filter(lambda text: "--" not in text.split("\n") and "-- " not in text.split("\n"))


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_quotation_below_the_answer_goes(introduction: str, gap: str) -> None:
    assert stripped(f"B, please.\n\n{introduction}{gap}{QUOTED}\n") == "B, please."


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("gap", ["", ">\n", "> \n"])
def test_an_introduction_that_is_quoted_too_goes(introduction: str, gap: str) -> None:
    quoted = "> " + introduction.replace("\n", "\n> ")
    assert stripped(f"B, please.\n\nSent from my iPhone\n\n{quoted}\n{gap}{QUOTED}") == "B, please."


def test_answers_below_an_introduction_that_is_quoted_keep_their_questions() -> None:
    text = f"> {INTRODUCTIONS[0]}\n> \n> A or B?\n\nB.\n\n> And C?\n\nNo."
    assert stripped(text) == text


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_a_quotation_above_the_answer_goes(introduction: str) -> None:
    assert stripped(f"{introduction}\n{QUOTED}\n\nB, please.") == "B, please."


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_answers_between_the_lines_keep_their_questions(introduction: str) -> None:
    text = f"{introduction}\n> A or B?\nB\n> When?\nTomorrow"
    assert stripped(text) == text


@pytest.mark.parametrize("block", OUTLOOK)
def test_what_outlook_quotes_goes_and_is_known_as_a_guess(block: str) -> None:
    found = new_text(f"B, please.\n\n{block}", is_reply=True)
    assert (found.text, found.is_guess) == ("B, please.", True)


@pytest.mark.parametrize(
    "text",
    [
        f"My answers are below, in red.\n\n{OUTLOOK[0]}\nB!",
        f"Please look at this.\n\n---------- Forwarded message ----------\n{OUTLOOK[0]}",
        "A trip, please.\nFrom: Berlin\nTo: Paris\nDate: 5 May",
        "The log says\n>>> import holdfast\n> 30 lines of errors",
        "I have 2 questions:\n> the first",
        "First topic.\n--\nSecond topic: my invoice is wrong.",
        "Thanks.\n-- \nErika\nPS: and when does it come",
        "Thanks.\n-- \nErika\nCould you call me?",
        "Here is another email\n\nSent from my desk, is much easier than my mobile phone.",
        f"{INTRODUCTIONS[0]}\n{QUOTED}",
        "-- \nonly a signature",
        "I see an error on the page that was\nSent from my account settings page",
        "Sent from my iPhone",
        "",
    ],
)
def test_what_is_not_certain_stays(text: str) -> None:
    assert stripped(text) == text.strip()


def test_what_is_forwarded_stays() -> None:
    text = f"See this.\n\n{INTRODUCTIONS[0]}\n{QUOTED}"
    assert new_text(text, is_reply=True, subject="Fwd: Order 7").text == text


def test_a_first_mail_quotes_nothing() -> None:
    text = f"Somebody sent me this:\n{INTRODUCTIONS[0]}\n{QUOTED}"
    assert new_text(text, is_reply=False).text == text


@pytest.mark.parametrize(
    "signature",
    ["-- \nErika Mustermann\n+49 30 1234", "--\nErika", "Sent from my iPhone", "Von meinem iPhone gesendet"],
)
def test_a_signature_goes(signature: str) -> None:
    assert stripped(f"B, please.\n\n{signature}\n\n{INTRODUCTIONS[0]}\n{QUOTED}") == "B, please."
    assert new_text(f"B, please.\n\n{signature}", is_reply=False).text == "B, please."


@pytest.mark.parametrize(
    ("text", "is_guess"),
    [
        ("My new address:\n--\nHauptstr. 5\n10115 Berlin", True),
        ("B, please.\n-- \nErika", False),
        ("B, please.\n\nSent from my Galaxy S24", False),
        ("First topic.\n--\nSecond topic: my invoice is wrong.", False),
    ],
)
def test_what_may_be_no_signature_is_a_guess(text: str, is_guess: bool) -> None:
    assert new_text(text, is_reply=False).is_guess is is_guess


@given(new=without_delimiter, introduction=st.sampled_from(INTRODUCTIONS))
def test_nothing_new_above_a_quotation_is_lost(new: str, introduction: str) -> None:
    assert lines_of(stripped(f"{new}\n\n{introduction}\n{QUOTED}"))[: len(lines_of(new))] == lines_of(new)


@given(new=without_delimiter, introduction=st.sampled_from(INTRODUCTIONS[:1] + INTRODUCTIONS[2:]))
def test_nothing_new_right_above_an_introduction_is_lost(new: str, introduction: str) -> None:
    assert lines_of(stripped(f"{new}\n{introduction}\n{QUOTED}"))[: len(lines_of(new))] == lines_of(new)


@given(new=without_delimiter, introduction=st.sampled_from(INTRODUCTIONS))
def test_nothing_new_below_a_quotation_is_lost(new: str, introduction: str) -> None:
    assert lines_of(stripped(f"{introduction}\n{QUOTED}\n\n{new}"))[-len(lines_of(new)) :] == lines_of(new)


@given(answers=st.lists(without_delimiter, min_size=2, max_size=4), introduction=st.sampled_from(INTRODUCTIONS))
def test_no_answer_between_the_lines_is_lost(answers: list[str], introduction: str) -> None:
    text = "\n".join([introduction, *(line for answer in answers for line in ("> A question?", answer))])
    kept = lines_of(stripped(text))
    assert all(line in kept for answer in answers for line in lines_of(answer))


@given(new=without_delimiter, block=st.sampled_from(OUTLOOK))
def test_nothing_new_above_what_outlook_quotes_is_lost(new: str, block: str) -> None:
    assert lines_of(stripped(f"{new}\n\n{block}"))[: len(lines_of(new))] == lines_of(new)


@given(text=st.one_of(written, st.text(max_size=300)), is_reply=st.booleans())
def test_only_whole_lines_go_and_never_all(text: str, is_reply: bool) -> None:
    kept, before = lines_of(new_text(text, is_reply=is_reply).text), iter(lines_of(text))
    assert all(line in before for line in kept)
    assert bool(kept) == bool(lines_of(text))


FULL = "On Mon, 3 Nov 2025 at 09:12, TechFlow Support <support@techflow.example> wrote:"
THIRD = "On 3 Nov 2025 Jo Smith wrote:"


@pytest.mark.parametrize(
    "line",
    [
        "Please cancel order 88 at once, because your colleague Tom wrote:",
        "I returned 2 lamps on 3 May 2025 and your shop <shop@techflow.example> wrote:",
        f"Refund me today! {FULL}",
        f"Kündigung. {INTRODUCTIONS[2]}",
    ],
)
@pytest.mark.parametrize("end", ["", "\n\nThanks, Ann"])
def test_a_line_that_says_more_than_who_wrote_stays_with_what_it_introduces(line: str, end: str) -> None:
    text = f"{line}\n{QUOTED}{end}"
    assert stripped(text) == text


@pytest.mark.parametrize(
    "introduction", [*INTRODUCTIONS, THIRD, "Am 3. Mai 2025 schrieb Jo Schmidt:", "---- Jo wrote ----"]
)
@pytest.mark.parametrize("after", ["Will you honour it?", "Thanks, Ann", "Und nun?\n-- \nAnn"])
def test_a_citation_in_the_middle_stays(introduction: str, after: str) -> None:
    text = f"Hello,\nyour colleague says otherwise.\n\n{introduction}\n> You get 20% off.\n\n{after}"
    kept = stripped(text)
    assert "You get 20% off." in kept
    assert lines_of(after)[0] in kept


@pytest.mark.parametrize("shown", ["> ERROR 1045", ">>> import lamp\n> 30 lines", "> Total: 88 EUR"])
def test_pasted_output_in_the_middle_stays(shown: str) -> None:
    text = f"Hi,\nOn 4 May 2026 at 10:00 the program wrote:\n{shown}\n\nWhat does that mean?"
    assert stripped(text) == text


@pytest.mark.parametrize("announced", [f"{FULL}\n> 20% off", OUTLOOK[0], f"{FULL}\n\n20% off", OUTLOOK[3]])
@pytest.mark.parametrize("words", ["My bank says:", "Ich bekam dies:", "银行说："])
def test_what_a_line_with_a_colon_announces_stays(announced: str, words: str) -> None:
    text = f"Hello\n\n{words}\n\n{announced}"
    assert stripped(text) == text


def test_an_emoji_announces_nothing() -> None:
    assert stripped(f":+1:\n\n{FULL}\n{QUOTED}") == ":+1:"


def test_of_several_quotations_only_the_last_one_goes_at_the_end() -> None:
    text = f"Hi,\n{THIRD}\n> 20% off\n\nIs that right?\n\n{FULL}\n{QUOTED}"
    assert stripped(text) == f"Hi,\n{THIRD}\n> 20% off\n\nIs that right?"


@pytest.mark.parametrize(
    "footer", ["-- \nAnn", "Sent from my iPhone", "_" * 40 + "\nlamps mailing list\nlamps@l.example"]
)
def test_a_footer_below_the_quotation_is_no_answer(footer: str) -> None:
    kept = stripped(f"B, please.\n\n{FULL}\n{QUOTED}\n\n{footer}")
    assert kept.startswith("B, please.")
    assert "A or B" not in kept


@pytest.mark.parametrize(("introduction", "is_guess"), [(FULL, False), (THIRD, True)])
def test_a_citation_that_a_person_may_have_made_is_a_guess(introduction: str, is_guess: bool) -> None:
    found = new_text(f"B, please.\n\n{introduction}\n{QUOTED}", is_reply=True)
    assert (found.text, found.is_guess) == ("B, please.", is_guess)


OUR_WORDS = {
    "en": (FULL, "Hello Erika,\n\ndo you want A or B?"),
    "de": ("TechFlow <support@techflow.example> schrieb am Mo., 3. Nov. 2025, 09:12:", "Guten Tag,\n\nA oder B?"),
    "nl": ("Op ma 3 nov 2025 om 09:12 schreef TechFlow <support@techflow.example>:", "Beste Erika,\n\nA of B?"),
    "fr": ("Le lun. 3 nov. 2025 à 09:12, TechFlow <support@techflow.example>\na écrit :", "Bonjour,\n\nA ou B ?"),
    "es": ("El lun, 3 nov 2025 a las 9:12, TechFlow (<support@techflow.example>) escribió:", "Hola,\n\n¿A o B?"),
    "it": ("Il giorno lun 3 nov 2025 alle ore 09:12 TechFlow <support@techflow.example> ha scritto:", "A o B?"),
    "pl": ("pon., 3 lis 2025 o 09:12 TechFlow\n<support@techflow.example>\nnapisał(a):", "Dzień dobry,\n\nA czy B?"),
    "sv": ("Den mån 3 nov. 2025 kl 09:12 skrev TechFlow <support@techflow.example>:", "Hej,\n\nA eller B?"),
    "no": ("man. 3. nov. 2025 kl. 09:12 skrev TechFlow <support@techflow.example>:", "Hei,\n\nA eller B?"),
    "ru": ("пн, 3 нояб. 2025 г. в 09:12, TechFlow <support@techflow.example>:", "Здравствуйте,\n\nA или B?"),
    "ja": ("2025年11月3日(月) 9:12 TechFlow <support@techflow.example>:", "AとBのどちらですか"),
}


@pytest.mark.parametrize(("introduction", "ours"), OUR_WORDS.values(), ids=OUR_WORDS)
def test_an_unmarked_quotation_goes_and_is_known_as_a_guess(introduction: str, ours: str) -> None:
    found = new_text(f"B, please.\n\n{introduction}\n\n{ours}", is_reply=True)
    assert (found.text, found.is_guess) == ("B, please.", True)


@pytest.mark.parametrize(("introduction", "ours"), OUR_WORDS.values(), ids=OUR_WORDS)
def test_of_a_first_mail_nothing_is_taken_for_a_quotation(introduction: str, ours: str) -> None:
    text = f"Look at this.\n\n{introduction}\n\n{ours}"
    assert new_text(text, is_reply=False).text == text


@pytest.mark.parametrize(
    "line", [THIRD, "On 3 Nov 2025, at 9:12, Jo Smith wrote:", "Jo Smith <jo@bank.example> wrote:"]
)
def test_without_marks_only_what_programs_write_is_a_quotation(line: str) -> None:
    text = f"Hello\n\n{line}\nYou get 20% off.\n\nIs that so?"
    assert stripped(text) == text


def test_hotmails_quoted_headers_introduce_a_quotation() -> None:
    text = "B, please.\n\n> Subject: Order 7\n> From: support@techflow.example\n> Date: Mon, 3 Nov 2025\n> \n> A or B?"
    found = new_text(text, is_reply=True)
    assert (found.text, found.is_guess) == ("B, please.", False)


@pytest.mark.parametrize("fence", ["---------- Továbbított üzenet ---------", "------ Przekazana wiadomość ------"])
def test_what_is_forwarded_in_any_language_stays(fence: str) -> None:
    text = f"Please look.\n\n{fence}\n{OUTLOOK[0]}"
    assert stripped(text) == text


@pytest.mark.parametrize("line", [FULL, "a:", OUTLOOK[0], "> a", "-- ", "Sent from my iPhone", "-----x-----"])
def test_no_mail_takes_long(line: str) -> None:
    assert stripped("\n".join([line] * 20_000))


def test_several_lines_of_phones_go() -> None:
    assert new_text("B.\n\nSent from my iPad\n\nGet Outlook for iOS", is_reply=False).text == "B."


@given(new=without_delimiter, ours=st.sampled_from(list(OUR_WORDS.values())))
def test_nothing_new_above_an_unmarked_quotation_is_lost(new: str, ours: tuple[str, str]) -> None:
    assert lines_of(stripped(f"{new}\n\n{ours[0]}\n\n{ours[1]}"))[: len(lines_of(new))] == lines_of(new)


EXPECTED = {
    "correct_sig.txt": "this is an email with a correct -- signature.",
    "email_1_4.txt": "Awesome! I haven't had another problem with it.",
    "email_1_6.txt": "I get proper rendering as well.\n\nSent from a magnificent torch of pixels",
    "email_1_7.txt": ":+1:",
    "email_2_1.txt": "Outlook with a reply",
    "email_2_2.txt": "Outlook with a reply directly above line",
    "email_2_3.txt": "Outlook with a reply directly above line",
    "email_BlackBerry.txt": "Here is another email",
    "email_iPhone.txt": "Here is another email",
    "email_multi_word_sent_from_my_mobile_device.txt": "Here is another email",
}
BEGINNINGS = {
    "email_1_3.txt": "Oh thanks.\n\nHaving the function would be great.\n\n-Abhishek Kona\n\n",
    "email_bullets.txt": "test 2 this should list second\n\nand have spaces\n\nand retain this formatting\n\n\n   -",
    "email_one_is_not_on.txt": "Thank, this is really helpful.\n\nOne outstanding question I had:\n\nLocally (on dev",
    "greedy_on.txt": "On your remote host you can run:\n\n     telnet 127.0.0.1 52698\n\nThis should connect to TextM",
    "pathological.txt": "I think you're onto something. I will try to fix the problem as soon as I\nget back to a comp",
}
UNCHANGED = (
    "email_1_1.txt",
    "email_1_2.txt",
    "email_1_5.txt",
    "email_long_quote.txt",
    "email_sent_from_my_not_signature.txt",
    "email_sig_delimiter_in_middle_of_line.txt",
)


def sample(name: str) -> str:
    if not REPLIES.exists():
        pytest.skip("needs the replies at ../shared/data/email/replies")
    return (REPLIES / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@pytest.mark.shared
@pytest.mark.parametrize("name", EXPECTED)
def test_a_known_reply_is_stripped(name: str) -> None:
    assert stripped(sample(name)) == EXPECTED[name]


@pytest.mark.shared
@pytest.mark.parametrize("name", BEGINNINGS)
def test_of_a_known_reply_the_quotation_goes(name: str) -> None:
    assert stripped(sample(name)).startswith(BEGINNINGS[name])
    assert ">" not in stripped(sample(name))


@pytest.mark.shared
@pytest.mark.parametrize("name", UNCHANGED)
def test_a_known_reply_without_certain_quotation_stays(name: str) -> None:
    assert stripped(sample(name)) == sample(name).strip()


@pytest.mark.shared
def test_answers_between_the_lines_of_a_known_reply_stay() -> None:
    found = stripped(sample("email_1_8.txt"))
    assert "I will reply under this one" in found
    assert "and under this." in found
    assert not found.endswith("--\nHey there, this is my signature")
