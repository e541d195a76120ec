"""How French asks for a person."""

from domain.language.person_words.language import Language

FRENCH = Language(
    code="fr",
    classes={
        "manage": "ajout* invit* attribu* assign* supprim* retir* remplac* cré* modifi* partag*",
        "reach": """
            parl* discut* dialogu* echang* joindre contacter relation contact passe passez passer transf* appeler
            adress* connect* redirig* orient* causer m'adresser
        """,
        "person": """
            humain humaine humains vraie_personne vrai_personne une_personne autre_personne personne_réelle conseiller
            conseillère un_agent agent_humain quelqu'un opérateur opératrice un_responsable votre_responsable
            le_responsable votre_supérieur un_superviseur un_manager service_client service_clients un_employé
            votre_équipe un_collègue vos_collègues un_collaborateur un_technicien gens l'un_de_vous être_humain qq'un
            qqn
        """,
        "human": """
            humain humains humaine être_humain vraie_personne vrai_personne vraie_personnes personne_réelle conseiller
            conseillère opérateur opératrice responsable supérieur superviseur agent_humain agent_réel vrai_agent
            vrai_conseiller vrais_gens quelqu'un_de_réel service_client
        """,
        "want": """
            veux veut voudrais voudrai souhait* besoin exige demande donnez donne avoir aurais préfère prefererais
            j'aimerais j'aimerai j'ai_besoin je_veu passez passe il_me_faut mettez trouvez appelez
        """,
        "please": "svp stp s'il_vous_plaît s'il_te_plaît merci siouplait",
        "no": """
            pas_de pas_un pas_à_un pas_d'un pas_avec_un assez_de assez_des marre_de marre_des marre_du plus_de
            stop_aux
        """,
        "robot": "robot robots bot bots machine machines chatbot chatbots ordinateur automate ia",
        "who": "quelqu'un qqn une_personne un_responsable un_conseiller un_collègue une_collègue",
        "colleague": """
            votre_collègue ton_collègue vos_collègues un_de_vos_collègues collègue_à_vous membre_de_votre_équipe
        """,
        "can": "peut pourrait peux pourrais pouvez pourriez",
        "call": """
            appeler appelle m'appeler rappeler me_rappeler me_rappelle m'appelle me_contacter me_joindre nous_rappeler
        """,
        "is_there": "y_a il_y_a a_t_il y_a_t_il ya ya_t_il",
        "here": "là ici au_bout de_disponible",
        "call_me": """
            rappelez_moi rappelle_moi rappelez_nous appelez_moi appelle_moi appelez_nous téléphonez_moi contactez_moi
            me_rappeler nous_rappeler être_rappelé être_rappelée m'appeler me_téléphoner être_appelé un_rappel_svp
            me_passer_un_coup_de_fil un_coup_de_fil qu'on_me_rappelle qu'on_m'appelle
        """,
    },
    asks="""
    parl*|discut*|échang* .. pas .. <robot>
    ne veux|veut|souhaite pas|plus .. <robot>
    parl*|discut* à|avec un|une|des <robot> !est
    c'est un robot
    """,
    other_senses="""
    à|avec quelqu'un d'autre
    personne de contact
    mon|ma|mes|notre|nos collègue|collègues|conseiller|responsable|manager
    rappel|rappels automatique|automatiques
    """,
    alone="humain conseiller conseillère opérateur responsable rappel",
    beside="un une svp stp s'il vous plaît te plait merci bonjour je veux voudrais agent à moi real vrai",
)
