"""How Slovak asks for a person."""

from domain.language.person_words.language import Language

SLOVAK = Language(
    code="sk",
    classes={
        "manage": "pozv* prid* priraď* priradi* odobr* odstrán* vymaz* zmen* zdieľ*",
        "reach": """
            hovoriť rozprávať porozprávať baviť komunikovať spojte spojiť spoj prepojte prepojiť prepoj kontakt*
            chatovať presmer* hovoril* rozprával* predajte
        """,
        "person": """
            človek* ľuďmi s_osobou živou_osobou skutočnou_osobou s_niekým niekým niekoho operátor* pracovník* kolegom
            kolegyňou zamestnan* konzultant* poradc* agentom agenta vedúc* nadriaden* manažér* zástupc* zákazníck*
            technik* špecialist* podporou
        """,
        "human": """
            človeka človek živého živú_osobu skutočnú_osobu skutočného operátora pracovníka vedúceho nadriadeného
        """,
        "want": "chcem chcel chcela potrebujem dajte daj prosím žiadam radšej rád rada",
        "please": "prosím ďakujem vďaka",
        "no": "nechcem žiadny žiadneho žiadne žiadni bez nebudem dosť",
        "robot": """
            bot bota botom boty robot robota robotom roboty robotov stroj stroja strojom chatbot chatbota chatbotom
            automat automatom
        """,
        "who": "niekto kolega kolegov",
        "colleague": "váš_kolega tvoj_kolega vaša_kolegyňa vašich_kolegov",
        "can": "môže mohol mohla môžete mohli",
        "call": "zavolať zavolá zatelefonovať ozvať ozve kontaktovať volať",
        "is_there": "je",
        "here": "tam tu vôbec",
        "call_me": """
            zavolajte_mi zavolajte zavolaj_mi mi_zavolať mi_prosím_zavolať mi_zavolá zavolať_späť zavolať_mi
            zatelefonujte mi_zatelefonovať ozvite_sa_mi kontaktujte_ma ma_kontaktovať spätné_volanie
        """,
    },
    asks="""
    je tam|tu .. niekto|živý
    """,
    other_senses="""
    niekto|niekým|niekoho iný|iným|iného|ďalší
    kontaktná|kontaktnú|kontaktnej osoba|osobu|osoby
    """,
    alone="človek človeka operátor operátora pracovník",
    beside="prosím chcem živý živého s na skutočný dobrý deň",
)
