"""How Hungarian asks for a person."""

from domain.language.person_words.language import Language

HUNGARIAN = Language(
    code="hu",
    classes={
        "manage": "meghív* hozzáad* hozzárendel* eltávolít* töröl* megváltoztat* megoszt*",
        "reach": "kapcsol* beszél* írni csevegni társalogni irányíts* átkapcsol* adja adjon adjanak",
        "reach_last": "beszél* kapcsol* csevegni társalogni egyeztetni elérni felvenni",
        "person": """
            ember* élő_ember* valaki* ügyintéző* munkatárs* kolléga* kollégá* operátor* ügyfélszolgál* vezető* főnök*
            felettes* képviselő* tanácsadó* személlyel szakértő* igazi_személy*
        """,
        "human": """
            embert emberrel élő_embert igazi_embert ügyintézőt operátort munkatársat hús_vér_embert ügyfélszolgálatost
        """,
        "want": "kérek kérem akarok szeretnék adjanak adjon adjatok kapcsoljon kapcsoljanak kell követelek",
        "want_last": "akarok kérek kérem szeretnék kell követelek",
        "please": "kérem kérek köszönöm",
        "no": "nem_akarok nem_kérek nem_kell ne_robottal nem_robottal elég elegem",
        "robot": "robot* bottal botot botok bot gép géppel gépet chatbot*",
        "who": "valaki egy_kolléga",
        "colleague": "kollégája kollégád kollégáid kollégái munkatársa munkatársuk",
        "can": "tudna tudnának tud lehetne felvenné",
        "call": "hívni felhívni visszahívni hívjon hívna telefonálni keresni megkeresni hív",
        "is_there": "van",
        "here": "ott itt egyáltalán",
        "call_me": """
            hívjanak_fel hívjanak hívjon_fel hívj_fel hívjatok_fel hívjanak_vissza hívjon_vissza hívj_vissza
            vissza_tudnának_hívni vissza_tudna_hívni fel_tudna_hívni fel_tudnának_hívni visszahívást visszahívás
            visszahívna visszahívnának felhívna felhívnának visszahívni telefonáljanak fel_tudnál_hívni
            vissza_tudnál_hívni
        """,
    },
    asks="""
    van ott|itt|egyáltalán? valaki|ember|élő
    velem .. kapcsolatot
    """,
    other_senses="""
    valaki|valakivel más|mással
    kollégát|embert|személyt .. hozzá|projekt*
    """,
    alone="ember embert ügyintéző ügyintézőt operátor operátort munkatárs",
    beside="kérem kérek egy élő igazi szeretnék akarok helló",
)
