"""How Finnish asks for a person."""

from domain.language.person_words.language import Language

FINNISH = Language(
    code="fi",
    classes={
        "manage": "kutsu* lisät* lisää* poist* vaihta* muutta* siirtää_projekt* jakaa",
        "reach": "puhu* jutel* keskustel* yhdist* yhteyt* chatata asioi* siirr* ohjaa* ohjatkaa",
        "person": """
            ihmi* henkilön_kanssa henkilölle oikean_henkilön jonkun joku jollekin jonkin työntekij* asiakaspalvel*
            virkailij* kollega* esimie* päällikö* johtaj* edustaj* asiantuntij* neuvoj* agentin_kanssa agentille
            operaattor* tukihenkilö* tiimi* tiimin_kanssa teidän_kanssanne
        """,
        "reach_last": "puhu* jutel* keskustel* yhdist* yhteyt* tavoitta* asioi*",
        "human": """
            ihmi* oikean_henkilön oikea_henkilö elävän_ihmisen asiakaspalvelij* virkailij* esimiehen edustaja
            asiakaspalvelijan
        """,
        "want": "haluan haluaisin tarvitsen antakaa anna saanko saisinko vaadin pyydän tahdon mieluummin",
        "want_last": "kiitos",
        "please": "kiitos pliis",
        "no": "en_halua ei_enää ei_mitään älkää en_enää riittää kyllästynyt",
        "robot": "robot* botti botin botteja bottia botille kone koneen konetta koneelle tekoäly*",
        "who": "joku kukaan kollega",
        "colleague": "kollegasi kolleganne kollegoistanne kollegoistasi työtoverisi",
        "can": "voisiko voiko voisitteko voitteko voisitko",
        "call": "soittaa soittaisi soita ottaa_yhteyttä ottaa_minuun ottaisi_yhteyttä",
        "is_there": "onko",
        "here": "siellä täällä paikalla ketään joku",
        "call_me": """
            soittakaa soita_minulle soittaa_minulle soittaisitteko soitatteko soittopyyntö soittopyynnön
            takaisinsoitto takaisinsoiton minuun_yhteyttä ottakaa_yhteyttä_minuun soittaa_takaisin soittaa_mulle
            soita_mulle
        """,
    },
    asks="""
    ei robottia|bottia|botteja|robotteja kiitos|enää|vaan /
    ei robottia|bottia|botteja|robotteja kiitos? /
    onko siellä|täällä|paikalla ketään|joku|kukaan|ihmistä
    onko ketään|joku|ihmistä siellä|täällä|paikalla|kotona? /
    """,
    other_senses="""
    joku|jonkun|jollekin muu|muun|muulle|toinen|toisen
    ihmisten|ihmisiä|ihmiset .. projekti*|taulu*
    """,
    alone="ihminen ihmistä asiakaspalvelija asiakaspalvelijaa asiakaspalvelu virkailija",
    beside="kiitos haluan oikea oikean hei nyt",
)
