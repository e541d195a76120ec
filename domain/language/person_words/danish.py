"""How Danish asks for a person."""

from domain.language.person_words.language import Language

DANISH = Language(
    code="da",
    classes={
        "manage": "inviter* tilføj* tildel* fjern* slet* skifte ændr* dele",
        "reach": """
            tale taler snakke snak snakker kontakte kontakt stil stille stilles chatte i_røret omstillet få_fat_i
        """,
        "person": """
            menneske mennesker en_person rigtig_person nogen en_medarbejder medarbejder kundeservice kundesupport
            kollega kolleger agent operatør rådgiver sagsbehandler leder chefen supporten ansat tekniker
        """,
        "human": """
            menneske mennesker menneskelig rigtig_person virkelig_person levende_person person_i_røret sagsbehandler
            medarbejder kundeservice
        """,
        "want": "vil brug_for giv få kræver ønsker foretrækker have hent",
        "please": "tak venligst",
        "no": "ingen ikke_en ikke_med_en slut_med træt_af hader nok_af",
        "robot": "robot robotter bot botter maskine maskiner chatbot chatrobot computer ai",
        "who": "nogen en_medarbejder en_person en_kollega",
        "colleague": "kollega_til_dig din_kollega dine_kolleger jeres_kolleger kollega_hos_jer en_af_dine_kolleger",
        "can": "kan kunne må vil",
        "call": "ringe ringer kontakte ringe_op tage_kontakt",
        "is_there": "er findes",
        "here": "der her hjemme derude",
        "call_me": """
            ring_mig_op ring_til_mig ringe_mig_op ringe_til_mig ringe_tilbage ring_tilbage blive_ringet_op ringet_op
            kontakt_mig kontakte_mig ring_op
        """,
    },
    asks="""
    er der nogen der|her|hjemme|derude? /
    """,
    other_senses="""
    nogen anden|andre
    min|mit|vores|mine kollega|kolleger|chef|leder|medarbejder
    """,
    alone="menneske medarbejder kundeservice sagsbehandler agent operatør",
    beside="en et tak hej jeg vil have rigtigt nu tale med",
)
