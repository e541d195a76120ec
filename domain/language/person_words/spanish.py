"""How Spanish asks for a person."""

from domain.language.person_words.language import Language

SPANISH = Language(
    code="es",
    classes={
        "manage": """
            añad* agreg* invit* asign* elimin* borr* cambi* quitar compart* transferir_el transferir_un transferir_mi
            crear
        """,
        "reach": """
            habl* ablar ablo comunic* comuniqueme comunícame chate* charlar contactar contacto pase pásame páseme
            pasame pasar pasarme ponga* ponme póngame poner ponerme atienda atender atiende conect* transf* deriv*
            dirig* platicar conversar
        """,
        "person": """
            humano humana humanos una_persona otra_persona persona_real persona_de_verdad un_agente agente_humano
            alguien representante operador operadora asesor asesora ejecutivo encargado encargada supervisor
            supervisora gerente responsable un_empleado un_trabajador un_compañero compañero_suyo compañero_tuyo
            un_colega atención_al_cliente servicio_al_cliente su_equipo tu_jefe su_jefe gente_real un_técnico
            un_especialista ser_humano
        """,
        "human": """
            humano humana ser_humano persona_real persona_de_verdad persona_física agente agente_humano representante
            operador operadora supervisor supervisora gerente encargado encargada asesor asesora ejecutivo
            atención_al_cliente alguien_real gente_real
        """,
        "want": """
            quiero kiero necesito quisiera exijo deme dame denme pido prefiero querría busco solicito pásame páseme
            que_venga me_gustaría
        """,
        "please": "por_favor porfavor porfa pf gracias",
        "no": """
            no_quiero no_kiero nada_de no_más basta_de no_a_los no_con_un no_con_una harto_de harta_de odio cansado_de
            no_hablo_con
        """,
        "robot": "robot robots bot bots máquina máquinas chatbot chatbots computadora ordenador contestador ia",
        "who": "alguien una_persona un_agente un_compañero una_compañera un_colega",
        "colleague": """
            compañero_suyo colega_suyo colega_tuyo compañero_tuyo tu_compañero su_compañero sus_compañeros
            tus_compañeros su_colega sus_colegas uno_de_ustedes
        """,
        "can": "puede podría pueden podrían puedes podrías",
        "call": """
            llamar llamarme llame llamame llámeme me_llame contactarme me_contacte comunicarse telefonear telefonearme
        """,
        "is_there": "hay ay habrá está",
        "here": "ahí aquí allí acá disponible por_ahí",
        "call_me": """
            llámame llámeme llámenme llamadme me_llamen me_llame me_llamáis me_pueden_llamar me_puede_llamar
            me_puedes_llamar me_podrían_llamar me_podría_llamar me_podéis_llamar pueden_llamarme puede_llamarme
            podrían_llamarme podría_llamarme puedes_llamarme devuélvame_la_llamada devolverme_la_llamada
            devuélvanme_la_llamada que_me_llamen una_llamada_por_favor contácteme contáctenme contáctame me_llaman
            me_llamas
        """,
    },
    asks="""
    no quiero|kiero|deseo hablar|ablar|seguir|tratar .. <robot>
    en contacto conmigo
    """,
    other_senses="""
    persona de contacto
    recursos humanos
    alguien más|mas !disponible
    otra persona .. proyecto|tablero|tarea|cuenta
    mi|mis|nuestro compañero|compañeros|jefe|gerente|encargado|colega|asesor
    """,
    alone="humano humana agente operador operadora representante asesor persona supervisor",
    beside="un una por favor porfavor porfa hola quiero necesito real gracias ya ahora con",
)
