"""How Dutch asks for a person."""

from domain.language.person_words.language import Language

DUTCH = Language(
    code="nl",
    classes={
        "manage": "toevoeg* voeg nodig_ik uitnodig* toewij* verwijder* overdragen wijzig* delen",
        "reach": """
            spreken spreek praten praat verbinden verbind doorverbinden doorverbind contact bellen chatten overleggen
            doorgeven doorsturen doorschakelen
        """,
        "reach_last": "spreken spreek praten praat verbinden doorverbinden bellen chatten doorverbonden bereiken",
        "person": """
            mens mensen echte_persoon echt_persoon een_persoon medewerker medewerkster een_medwerker iemand
            een_collega collega_van_je collega_van_jou collega_van_u klantenservice adviseur leidinggevende manager
            supervisor teamleider operator een_agent jullie_team helpdesk
        """,
        "human": """
            mens mensen echte_persoon echt_persoon echt_iemand levend_persoon echte_medewerker echt_mens
            menselijke_medewerker leidinggevende medewerker
        """,
        "want": "wil wens geef geeft heb_liever liever graag eis mag_ik nodig_heb stuur haal",
        "want_last": "nodig graag aub",
        "please": "aub alsjeblieft alstublieft graag svp",
        "no": "geen niet_met_een stop_met_die genoeg_van liever_geen haat",
        "robot": "robot robots bot bots machine machines chatbot computer ai",
        "who": "iemand een_medewerker een_collega",
        "colleague": """
            collega_van_je collega_van_jou collega_van_u je_collega uw_collega jouw_collega uw_collega's je_collega's
        """,
        "can": "kan kunt kun zou mag",
        "call": "bellen terugbellen opbellen mij_bellen belt contact_opnemen",
        "is_there": "is zit",
        "here": "daar hier aanwezig er",
        "call_me": """
            bel_mij bel_me belt_u_mij bel_ons mij_terugbellen me_terugbellen mij_bellen me_bellen mij_opbellen
            teruggebeld gebeld_worden terugbelverzoek neem_contact_met_mij_op contact_met_mij contact_met_me
            bel_mij_terug
        """,
    },
    asks="""
    is|zit er|daar|hier iemand aanwezig|daar? /
    verbind|zet mij|me|ons .. door
    niet .. met .. <robot> praten|spreken|chatten
    praten|praat .. niet .. <robot>
    """,
    other_senses="""
    iemand anders
    mijn|onze collega|collega's|medewerker|medewerkers|manager
    persoon .. uit|toevoegen|verwijderen
    """,
    alone="mens medewerker persoon klantenservice operator",
    beside="een aub graag alstublieft alsjeblieft hallo hoi ik wil echte echt nu",
)
