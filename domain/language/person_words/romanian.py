"""How Romanian asks for a person."""

from domain.language.person_words.language import Language

ROMANIAN = Language(
    code="ro",
    classes={
        "manage": "invit* adaug* adăug* atribu* elimin* șterg* schimb* modific* partaj*",
        "reach": """
            vorb* discut* comunic* conect* transfer* legătura legatura contact contacta dați_mi daţi_mi da_mi
            puneți_mă direcțion* redirecțion*
        """,
        "person": """
            om oameni persoană_reală o_persoană persoană_adevărată cineva un_operator operator operatoare un_agent
            agent consultant consilier reprezentant responsabil manager supervizor șeful un_coleg angajat
            relații_cu_clienții suport_uman echipa_voastră specialist
        """,
        "human": """
            om un_om ființă_umană persoană_reală persoană_adevărată operator_uman operator agent_uman consultant
            reprezentant suport_uman supervizor
        """,
        "want": "vreau doresc aș_dori as_dori aș_vrea as_vrea nevoie cer dați_mi dă_mi prefer trebuie",
        "please": "vă_rog te_rog va_rog mulțumesc",
        "no": "nu_vreau fără niciun nici_un gata_cu nu_cu sătul_de m_am_săturat_de ajunge_cu nu_mai_vreau",
        "robot": "robot robotul roboți robotului bot boți botul mașină mașini chatbot calculator ia",
        "who": "cineva un_coleg o_colegă",
        "colleague": "colegul_tău colegul_dumneavoastră coleg_de_al coleg_al unul_dintre_colegi colegii_dumneavoastră",
        "can": "poate ar_putea puteți poți",
        "call": "suna sune telefoneze telefona contacta contacteze apela apeleze",
        "is_there": "este e există",
        "here": "aici acolo pe_aici",
        "call_me": """
            sunați_mă sună_mă sunati_ma suna_ma mă_suna mă_sune mă_sunați mă_puteți_suna să_mă_sune să_mă_sunați
            să_fiu_sunat să_fiu_sunată contactați_mă contactați_mă_telefonic un_apel_înapoi apelați_mă
            mă_sunați_înapoi să_mă_contacteze
        """,
    },
    asks="""
    este|e|există cineva aici|acolo|pe_acolo|real? /
    nu .. vorb* cu .. <robot>
    """,
    other_senses="""
    altcineva
    persoana|persoană|persoanei de contact
    resurse umane
    colegul|colega|colegii meu|mea|mei|nostru
    """,
    alone="om operator consultant persoană uman reprezentant",
    beside="un o vă rog te vreau real bună salut cu",
)
