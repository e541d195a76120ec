"""How Italian asks for a person."""

from domain.language.person_words.language import Language

ITALIAN = Language(
    code="it",
    classes={
        "manage": "aggiung* invit* assegn* rimuov* elimin* cambi* condivid* trasferire_il trasferire_un creare",
        "reach": """
            parl* discut* passatemi passarmi passi passami passatemelo mettermi contattare contatto colleg*
            chiacchierare trasfer* comunicare conferire chattare rivolgermi connett* girarmi
        """,
        "person": """
            una_persona persona_vera persona_reale umano umana operatore operatrice qualcuno responsabile essere_umano
            un_agente assistenza_clienti servizio_clienti consulente addetto un_collega vostro_collega suo_collega
            tuo_collega superiore supervisore un_dipendente rappresentante tecnico qualcuno_di_voi
        """,
        "human": """
            umano umana essere_umano operatore operatrice responsabile persona_vera persona_reale
            persona_in_carne_e_ossa consulente supervisore agente_umano assistenza_umana
        """,
        "want": """
            voglio vorrei vorei bisogno pretendo datemi dammi mi_dia esigo preferisco preferirei desidero passi
            passami passatemi serve
        """,
        "please": "per_favore perfavore per_piacere grazie pf",
        "no": "non_voglio niente no_ai basta_con basta_coi non_un stufo_di stufa_di stanco_di odio non_parlo_con",
        "robot": "robot bot macchina macchine chatbot computer risponditore ia",
        "who": "qualcuno una_persona un_operatore un_addetto un_collega una_collega",
        "colleague": """
            suo_collega tuo_collega vostro_collega vostri_colleghi suoi_colleghi tuoi_colleghi un_vostro_collega
        """,
        "can": "può puo potrebbe puoi potreste potete potresti",
        "call": """
            chiamarmi richiamarmi mi_chiami mi_chiama mi_richiami mi_richiama telefonarmi contattarmi mi_contatti
            chiamare richiamare
        """,
        "is_there": "c'è ce c'e ci_sta",
        "here": "lì là qui qua in_linea di_umano",
        "call_me": """
            richiamatemi chiamatemi mi_richiami mi_chiami richiamami chiamami mi_potete_chiamare mi_potete_richiamare
            potete_chiamarmi potete_richiamarmi può_richiamarmi può_chiamarmi mi_può_richiamare mi_può_chiamare
            telefonatemi essere_richiamato essere_richiamata essere_chiamato essere_contattato ricontattatemi
            contattatemi potreste_chiamarmi potreste_richiamarmi
        """,
    },
    asks="""
    c'è|ce|c'e nessuno qui|lì|là? /
    non voglio|vorrei parlare|chattare|avere .. <robot>
    """,
    other_senses="""
    persona di contatto
    risorse umane
    qualcun altro
    operatore or|and|not|o|e|logico
    mio|mia|miei|nostro|il_mio collega|colleghi|responsabile|capo
    """,
    alone="operatore operatrice umano persona consulente responsabile",
    beside="un una per favore perfavore ciao salve voglio vorrei vera grazie subito",
)
