"""How Portuguese asks for a person."""

from domain.language.person_words.language import Language

PORTUGUESE = Language(
    code="pt",
    classes={
        "manage": """
            adicion* convid* atribu* remov* exclu* elimin* alter* partilh* compartilh* transferir_o transferir_um
            criar
        """,
        "reach": """
            falar fala fale falo conversar atendimento transf* passar passe passa passar_me atendido atendida conect*
            contactar contatar contato contacto ligar ligue encaminh* direcion*
        """,
        "person": """
            uma_pessoa pessoa_real pessoa_de_verdade humano humana atendente alguém representante gerente supervisor
            um_operador operadora um_agente um_colega colega_seu responsável assistente_humano apoio_ao_cliente
            suporte_humano funcionário vossa_equipa sua_equipe ser_humano gente um_técnico um_especialista
            um_consultor
        """,
        "human": """
            humano humana ser_humano atendente pessoa_real pessoa_de_verdade gerente supervisor assistente_humano
            atendimento_humano gente operador_humano representante agente_humano suporte_humano
        """,
        "want": "quero preciso gostaria queria exijo me_dá me_dê dê_me chama chame prefiro passe passa me_passa",
        "please": "por_favor porfavor pf pfv obrigado obrigada",
        "no": "não_quero nao_kero nada_de chega_de sem não_a não_com farto_de cansado_de odeio cansei_de",
        "robot": "robô robôs robot bot bots máquina máquinas chatbot computador ia",
        "who": "alguém uma_pessoa um_atendente um_colega uma_colega",
        "colleague": "colega_seu seu_colega teu_colega vosso_colega seus_colegas alguém_da_equipe",
        "can": "pode poderia podia podem poderiam posso",
        "call": """
            ligar ligar_me me_ligar me_ligue telefonar telefonar_me me_contatar contactar_me entrar_em_contato
            me_chamar me_ligam
        """,
        "is_there": "tem há ha existe está",
        "here": "aí ai aqui do_outro_lado disponível",
        "call_me": """
            podem_me_ligar pode_me_ligar me_liguem me_ligue liguem_me ligue_me me_liga ligar_me me_ligar me_telefonem
            telefonem_me retornem_minha_ligação me_retornem liga_pra_mim ligue_para_mim ligar_para_mim liguem_para_mim
            ligar_pra_mim quero_uma_ligação contactem_me entrem_em_contato_comigo
        """,
    },
    asks="""
    não|nao quero|aguento .. <robot>
    em contato|contacto comigo
    """,
    other_senses="""
    pessoa de contato|contacto
    recursos humanos
    outra pessoa|alguém_mais|outro_alguém
    operador ou|e|or|and|lógico
    meu|minha|nosso colega|colegas|gerente|chefe|atendente
    """,
    alone="humano atendente operador pessoa representante gerente",
    beside="um uma por favor quero preciso olá oi real falar com obrigado agora",
)
