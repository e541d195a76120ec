"""How Swedish asks for a person."""

from domain.language.person_words.language import Language

SWEDISH = Language(
    code="sv",
    classes={
        "manage": "bjuda bjuder inbjud* lägg* tilldela ta_bort byta ändra dela",
        "reach": "prata pratar tala talar snacka kontakta kontakt koppla kopplad kopplas chatta diskutera samtala nå",
        "person": """
            människa människor en_person riktig_person någon nån en_medarbetare medarbetare handläggare kundtjänst
            kundsupport kollega kollegor agent operatör rådgivare chef chefen handledare supporten anställd personal
            tekniker
        """,
        "human": """
            människa människor mänsklig riktig_person verklig_person levande_person handläggare kundtjänst medarbetare
        """,
        "want": "vill behöver ge får kräver önskar föredrar skulle_vilja ha",
        "please": "tack snälla",
        "no": "ingen inga inte_en inte_med_en slipp trött_på hatar nog_med",
        "robot": "robot robotar robotarna bot botar bott maskin maskiner chatbot chattbot dator ai",
        "who": "någon nån en_medarbetare en_kollega någon_kollega",
        "colleague": "kollega_till_dig din_kollega era_kollegor dina_kollegor",
        "can": "kan kunde skulle får",
        "call": "ringa ringer kontakta höra_av_sig",
        "is_there": "är finns",
        "here": "där här det_där",
        "call_me": """
            ring_mig ring_upp_mig ringa_mig ringa_upp_mig ringa_tillbaka ring_tillbaka bli_uppringd uppringd
            kontakta_mig ringer_mig ringer_upp_mig ring_oss
        """,
    },
    asks="""
    är|finns det? någon|nån där|här|hemma? /
    """,
    other_senses="""
    någon|nån annan
    min|mitt|vår|våra|mina kollega|kollegor|chef|medarbetare
    """,
    alone="människa medarbetare kundtjänst handläggare agent operatör",
    beside="en tack snälla hej jag vill ha riktig nu prata med",
)
