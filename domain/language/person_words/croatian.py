"""How Croatian asks for a person."""

from domain.language.person_words.language import Language

CROATIAN = Language(
    code="hr",
    classes={
        "manage": "dodat* dodam pozvati pozovem dodijel* uklon* obris* promijen* zamijen*",
        "reach": """
            razgovara* razgovor* pričati pricati popričati govoriti porazgovarati spojite spojiti spoji prebacite
            prebaciti prebaci kontakt* poveži* povežite dopisivati komunicirati preusmjeri* čuti
        """,
        "person": """
            čovjekom čovjek čovjeka ljudima osobom stvarnom_osobom živom_osobom nekim nekime nekoga operater*
            djelatnik* zaposlenik* agentom agenta agentu kolegom kolegicom savjetnik* predstavnik* voditelj* nadređen*
            menadžer* podrškom korisničk* konzultant* stručnjak*
        """,
        "human": """
            čovjeka čovjek živu_osobu stvarnu_osobu pravu_osobu prave_osobe operatera djelatnika voditelja nadređenog
            predstavnika
        """,
        "want": "želim hoću trebam dajte daj molim tražim zahtijevam htio htjela radije",
        "please": "molim hvala molim_vas",
        "no": "ne_želim ne_zelim neću necu nikakvog nikakve bez dosta dosta_mi_je ne_s",
        "robot": """
            robot robota robotom roboti robote bot bota botom botovi botova stroj stroja strojem chatbot chatbota
            chatbotom
        """,
        "who": "netko neko kolegica",
        "colleague": "vaš_kolega tvoj_kolega vaših_kolega vaša_kolegica netko_od_kolega",
        "can": "može moze mogao mogla možete",
        "call": "nazvati nazove zvati nazvao kontaktirati javiti javi",
        "is_there": "ima",
        "here": "tamo tu ovdje",
        "call_me": """
            nazovite_me nazovi_me me_nazvati me_nazove me_nazovete nazvati_me javite_mi_se mi_se_javiti
            kontaktirajte_me me_kontaktirati povratni_poziv zovite_me nazovite_nas
        """,
    },
    asks="""
    ima li? koga|nekoga|netko|ikoga|kog tamo|tu|ovdje? /
    ne|neću|necu .. razgovarati|pričati|govoriti s|sa .. <robot>
    """,
    other_senses="""
    netko|nekim|nekoga drugi|drugim|drugog
    kontakt osoba|osobu|osobe
    """,
    alone="čovjek čovjeka operater operatera djelatnik agent",
    beside="molim vas želim živi pravi s sa bok dobar dan",
)
