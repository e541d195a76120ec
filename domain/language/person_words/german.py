"""How German asks for a person."""

from domain.language.person_words.language import Language

GERMAN = Language(
    code="de",
    classes={
        "manage": """
            hinzufüg* hinzufueg* einlad* lade zuweis* zuordnen weise entfern* lösch* loesch* übertrag* uebertrag*
            anlegen umbenenn* hinzuzufügen einzuladen
        """,
        "reach": """
            sprechen spreche sprich sprech reden rede unterhalten telefonieren telefoniere chatten chatte schreiben
            verbinden verbinde verbindet verbind weiterleiten weitergeben weiterverbinden durchstellen leiten leite
            kontaktieren wenden kontakt
        """,
        "reach_last": """
            sprechen spreche sprich sprech reden rede unterhalten telefonieren telefoniere chatten schreiben verbinden
            verbinde verbindet weiterleiten weitergeben weiterverbinden durchstellen kontaktieren durch erreichen
            erreiche
        """,
        "person": """
            mensch menschen echte_person echten_person einer_person richtige_person richtigen_person jemandem jemanden
            jemand einem_mitarbeiter einer_mitarbeiterin einen_mitarbeiter echten_mitarbeiter mitarbeiter_von_ihnen
            ihrer_mitarbeiter eurer_mitarbeiter einem_kollegen einer_kollegin einen_kollegen ihrer_kollegen
            einem_berater einen_berater einer_beraterin einem_ansprechpartner einen_ansprechpartner
            einem_sachbearbeiter einen_sachbearbeiter einem_vorgesetzten ihrem_vorgesetzten ihrem_chef ihrem_team
            eurem_team einem_manager einem_agenten einen_agenten einem_operator dem_support eurem_support
            ihrem_support kundenservice kundendienst kundenbetreuer kundenberater
        """,
        "human": """
            mensch menschen echte_person echten_person reale_person realen_person echten_mitarbeiter
            echter_mitarbeiter echte_mitarbeiter menschlichen_mitarbeiter menschlichen_ansprechpartner
            lebenden_menschen
        """,
        "want": """
            brauche will möchte möcht moechte haben gib gebt geben hätte haette hätt wünsche verlange lieber gibts
            gibt_es bestehe bevorzuge holen hol
        """,
        "want_last": "ran her her_jetzt sofort bitte",
        "please": "bitte bitte_sofort danke her",
        "no": "kein keine keinen keinem nicht_mit nicht_von statt nervt hasse genug",
        "robot": "bot bots robot roboter robotern chatbot chatbots maschine maschinen computer automaten ki",
        "robot_again": "bot",
        "who": "jemand wer ein_kollege eine_kollegin",
        "colleague": """
            ihr_kollege deine_kollegin dein_kollege ihre_kollegin kollege_von_ihnen kollege_von_dir ihrer_kollegen
            deiner_kollegen eurer_kollegen ihrer_mitarbeiter eurer_mitarbeiter
        """,
        "can": "kann könnte koennte darf soll",
        "call": "anrufen anruft anruf zurückrufen zurueckrufen zurückruft telefonieren melden meldet kontaktieren",
        "is_there": "ist sitzt",
        "here": "da dort hier überhaupt ueberhaupt",
        "call_me": """
            rückruf_bitte bitte_um_rückruf um_einen_rückruf um_rückruf einen_rückruf um_rueckruf einen_rueckruf
            rückruf_erwünscht um_einen_anruf
        """,
    },
    asks="""
    ruf|rufe|rufen|ruft sie|ihr? mich|uns .. an|zurück|zurueck
    mich|uns .. anrufen|zurückrufen|zurueckrufen|telefonisch
    können|koennen|könnten|koennten|könnt|koennt|kannst|würden sie|ihr|du? .. \
        anrufen|zurückrufen|zurueckrufen|durchstellen|weiterverbinden
    stell|stellen|stelle|stellt sie? mich .. durch
    leite|leiten|gib|geben|reich|reichen sie? mich .. weiter
    menschlich* ansprechpartner|mitarbeiter|hilfe|support|kontakt|agent*
    ist|sitzt da|dort|hier .. jemand|wer !eingeloggt|angemeldet
    gibt .. echte|richtige menschen|mitarbeiter|personen
    nicht mehr? mit .. <robot>
    """,
    other_senses="""
    jemand anderen|anderem|anders|anderes|anderer
    arbeite|projekt|board|aufgabe|rechnung .. mit einem|einer|meinem|meiner mitarbeiter|kollegen|person
    mein|meine|meinem|meinen|unser|unsere kollege|kollegen|mitarbeiter|chef
    menschen lesbar|lesbare
    """,
    alone="""
        mensch mitarbeiter mitarbeiterin berater ansprechpartner operator support kundenservice kundendienst rückruf
    """,
    beside="bitte echter echten ein einen eine hallo hi guten tag jetzt sofort danke ich will brauche möchte",
)
