"""How Czech asks for a person."""

from domain.language.person_words.language import Language

CZECH = Language(
    code="cs",
    classes={
        "manage": "pozv* přid* přiřad* odebr* odstran* smaz* změn* sdíl*",
        "reach": """
            mluvit promluvit hovořit bavit komunikovat popovídat spojte spojit spoj přepojte přepojit přepoj kontakt*
            chatovat přesměr* předejte předat mluvil* hovořil*
        """,
        "person": """
            člověk* lidmi s_osobou živou_osobou skutečnou_osobou s_někým někým někoho operátor* pracovník* kolegou
            kolegyní zaměstnanc* konzultant* poradc* agentem agenta vedoucí* nadřízen* manažer* zástupc* zákaznick*
            technik* specialist* podporou linku
        """,
        "human": """
            člověka člověk živého živou_osobu skutečnou_osobu skutečného operátora operátor pracovníka vedoucího
            nadřízeného konzultanta
        """,
        "want": "chci chtěl chtěla potřebuji potřebuju dejte dej prosím žádám požaduji raději raději_bych rád ráda",
        "please": "prosím děkuji díky",
        "no": "nechci žádný žádného žádné žádní bez nechceme nebudu dost",
        "robot": """
            bot bota botem boty robot robota robotem roboty robotů stroj stroje strojem chatbot chatbota chatbotem
            automat automatem
        """,
        "who": "někdo kolega kolegů",
        "colleague": "váš_kolega tvůj_kolega vaše_kolegyně některý_z_kolegů vašich_kolegů",
        "can": "může mohl mohla můžete mohli",
        "call": "zavolat zavolá zatelefonovat ozvat ozve kontaktovat volat",
        "is_there": "je",
        "here": "tam tu tady vůbec",
        "call_me": """
            zavolejte_mi zavolejte zavolej_mi mi_zavolat mi_prosím_zavolat mi_zavolá mi_zpátky_zavolat zavolat_zpět
            zavolat_mi zavolat_zpátky zatelefonujte mi_zatelefonovat ozvěte_se_mi kontaktujte_mě mě_kontaktovat
            zpětné_volání zpětný_hovor
        """,
    },
    asks="""
    je tam|tu|tady .. někdo|živý
    """,
    other_senses="""
    někdo|někým|někoho jiný|jiným|jiného|další
    kontaktní osoba|osobu|osoby
    """,
    alone="člověk člověka operátor operátora pracovník",
    beside="prosím chci živý živého s na skutečný dobrý den",
)
