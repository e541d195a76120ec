"""How Norwegian asks for a person."""

from domain.language.person_words.language import Language

NORWEGIAN = Language(
    code="no",
    classes={
        "manage": "inviter* legg* tildel* fjern* slett* bytte endre dele",
        "reach": "snakke snakk snakker prate tale kontakte kontakt koble kobles chatte diskutere nå over_til sett_meg",
        "person": """
            menneske mennesker en_person ekte_person noen en_medarbeider medarbeider kundebehandler kundeservice
            kundesenter kundestøtte kollega kollegaer kollegaene agent operatør rådgiver saksbehandler leder sjefen
            supporten ansatt ansatte tekniker
        """,
        "human": """
            menneske mennesker menneskelig ekte_person virkelig_person levende_person saksbehandler kundebehandler
            medarbeider
        """,
        "want": "vil trenger gi få krever ønsker foretrekker ha hente",
        "please": "takk vær_så_snill er_du_snill",
        "no": "ingen ikke_en ikke_med_en slutt_med lei_av hater nok",
        "robot": "robot roboter bot boter maskin maskiner chatbot chatrobot datamaskin ki",
        "who": "noen en_medarbeider en_kollega kollegaer",
        "colleague": """
            kollega_av_deg kollegaen_din kollegaene_dine kollegaene_deres kollega_hos_dere av_kollegaene din_kollega
        """,
        "can": "kan kunne får",
        "call": "ringe ringer kontakte ta_kontakt",
        "is_there": "er finnes",
        "here": "der her hjemme",
        "call_me": """
            ring_meg ring_til_meg ringe_meg ringe_til_meg ringe_opp_meg ring_tilbake ringe_tilbake bli_oppringt
            oppringt bli_ringt kontakt_meg kontakte_meg ring_oss ta_kontakt_med_meg
        """,
    },
    asks="""
    er|finnes det noen der|her|hjemme? /
    """,
    other_senses="""
    noen andre|annen
    min|mitt|vår|våre|mine kollega|kollegaer|sjef|leder
    """,
    alone="menneske medarbeider kundeservice kundebehandler saksbehandler agent operatør",
    beside="en et takk hei jeg vil ha ekte nå snakke med",
)
