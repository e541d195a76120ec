"""Which words stop and start messages, and which only look like it."""

import pytest

from integrations.channels.consent_words import consent_in

STOPS = """
STOP|stop|Stop.|STOP!|Stop!!!|" stop "|'STOP'|(stop)|S T O P|S.T.O.P.|STOP 🛑|stop…|Stop，|stop。
STOP ALL|Stop all.|STOP-ALL|STOPALL|Stop SMS|STOP TEXT|Unsubscribe|UNSUBSCRIBE!|Unsubscribe all
OPT OUT|Opt-out|opt_out|OPTOUT.|ＳＴＯＰ
ARRÊT|Arrêt.|arret|ARRETER|Désabonner|Se désinscrire|STOPP|Stopp!|Abmelden|Abbestellen|Afmelden|Avsluta|Afmeld
Darme de baja|Descadastrar|Disiscrivimi|Wypisz|Odhlásit|ODHLASIT|Leiratkozás|Lopeta|IPTAL|iptal|Từ chối|Berhenti
СТОП|Стоп.|Отписаться|Відписатися|ΣΤΟΠ|στοπ|הסר|توقف|إلغاء الاشتراك|退订|退訂。|停止|配信停止|수신거부
"""
STOPS_BY_PHONE_ONLY = "CANCEL|Cancel.|END|End!|QUIT|Revoke|ALTO|Alto.|BAJA|PARAR|Sair|TD|HUY"
STARTS = "START|Start.|start!|UNSTOP|un-stop|Opt in|OPT-IN|Resubscribe"
MESSAGES = """
Please stop|Stop sending me the wrong invoice|How do I stop my order?|Does the bus stop here|Stop?|STOP？|Cancel?|End ?
Don't stop|Nonstop|stopped|Stop it|Stop order 4711|STOP 4711|1 stop|bus stop|Stop and start|all stop|Start?|Restart
Start the order|Cancel my order|The end|I quit|to end|Where do I unsubscribe|Arrêt de bus|Stopp den Auftrag
Kann ich stoppen|YES|Yes.|No|ok|HELP|INFO|hi|.|!|🛑|?|""|0|停止订单|订单停止了吗|주문 취소
"""


def listed(table: str) -> list[str]:
    return [one.strip('"') for one in table.strip().replace("\n", "|").split("|")]


@pytest.mark.parametrize("text", listed(STOPS))
@pytest.mark.parametrize("network", [True, False])
def test_a_word_that_means_nothing_else_stops_everywhere(text: str, network: bool) -> None:
    assert consent_in(text, network=network) == "stop"


@pytest.mark.parametrize("text", listed(STOPS_BY_PHONE_ONLY))
def test_a_word_that_means_other_things_stops_by_phone_network_only(text: str) -> None:
    assert consent_in(text, network=True) == "stop"
    assert consent_in(text, network=False) is None


@pytest.mark.parametrize("text", listed(STARTS))
@pytest.mark.parametrize("network", [True, False])
def test_a_word_that_starts_again(text: str, network: bool) -> None:
    assert consent_in(text, network=network) == "start"


@pytest.mark.parametrize("text", listed(MESSAGES))
@pytest.mark.parametrize("network", [True, False])
def test_a_sentence_a_question_and_any_other_word_is_a_message(text: str, network: bool) -> None:
    assert consent_in(text, network=network) is None
