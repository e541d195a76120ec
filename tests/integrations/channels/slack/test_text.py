"""mrkdwn to plain text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.slack.text import MARKDOWN_BOLD, MARKDOWN_LINK, from_mrkdwn, to_mrkdwn


@pytest.mark.parametrize(
    ("mrkdwn", "plain"),
    [
        ("Tom &amp; Jerry &lt;3 &amp;lt;", "Tom & Jerry <3 &lt;"),
        ("<https://shop.example/a?b=1&amp;c=2>", "https://shop.example/a?b=1&c=2"),
        ("<https://shop.example/a|my order>", "my order (https://shop.example/a)"),
        ("<http://shop.example|shop.example>", "shop.example"),
        ("<mailto:erika@example.com|erika@example.com>", "erika@example.com"),
        ("<tel:+4930123456|+4930123456> <mailto:a@b.example>", "+4930123456 a@b.example"),
        ("<@U061F7AUR> and <@U061F7AUR|erika>", "@U061F7AUR and @erika"),
        ("<#C024BE91L|general> <#C024BE91L>", "#general #C024BE91L"),
        ("<!here> <!channel|channel> <!subteam^S1> <!subteam^S1|@crew>", "@here channel @S1 @crew"),
        ("<!date^1392734382^{date}|18 February 2014>", "18 February 2014"),
        ("*bold* _italic_ `code`", "*bold* _italic_ `code`"),
    ],
)
def test_reads_what_the_person_wrote(mrkdwn: str, plain: str) -> None:
    assert from_mrkdwn(mrkdwn) == plain


@pytest.mark.parametrize(
    ("mrkdwn", "plain"),
    [
        ("<@U0BOT> where is it?", "where is it?"),
        (" <@U0BOT|support>, where is it?", "where is it?"),
        ("<@U0BOT>", "@U0BOT"),
        ("<@U0ANNE> where is it?", "@U0ANNE where is it?"),
        ("Ask <@U0BOT>", "Ask @U0BOT"),
    ],
)
def test_who_addresses_us_need_not_be_told_so(mrkdwn: str, plain: str) -> None:
    assert from_mrkdwn(mrkdwn, {"U0BOT"}) == plain


@pytest.mark.parametrize(
    ("text", "mrkdwn"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("See [our policy](https://shop.example/p?a=1&b=2).", "See <https://shop.example/p?a=1&amp;b=2|our policy>."),
        ("**Pack** it.", "*Pack* it."),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("[all](!channel) [x](javascript:alert)", "[all](!channel) [x](javascript:alert)"),
        ("[<!here>](https://shop.example)", "<https://shop.example|&lt;!here&gt;>"),
    ],
)
def test_writes_what_slack_shows(text: str, mrkdwn: str) -> None:
    assert to_mrkdwn(text) == mrkdwn


@pytest.mark.parametrize("mention", ["<!channel>", "<!here>", "<!everyone>", "<!subteam^S1|x>", "<@U1>", "<#C1>"])
@pytest.mark.parametrize("around", ["{}", "**{}**", "[{}](https://shop.example)", "[a](https://shop.example/{})"])
def test_our_text_mentions_nobody(mention: str, around: str) -> None:
    assert "<!" not in to_mrkdwn(around.format(mention))
    assert not {"<@", "<#"} & {to_mrkdwn(around.format(mention))[at : at + 2] for at in range(60)}


@given(st.text())
def test_any_plain_text_comes_back_as_it_was(text: str) -> None:
    if not MARKDOWN_LINK.search(text) and not MARKDOWN_BOLD.search(text):
        assert from_mrkdwn(to_mrkdwn(text)) == text
