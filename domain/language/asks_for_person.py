"""Does the customer ask for a person? In any wording, in the languages of the table below.

English has the finer table, because there a `person`, an `agent` or a `bot` may also be part of the customer's own work
("how do I add a person to my project"). Elsewhere a verb of contact near a word for a person is a request.
"""

from domain.language.text import fold, words
from domain.language.wordings import Wordings

PERSON = """
    human humans human_being human_beings person persons people agent agents representative representatives rep reps
    operator operators advisor adviser consultant supervisor supervisors manager managers specialist technician \
        engineer
    employee staff staff_member colleague colleagues somebody someone anybody anyone team team_member team_lead boss
    guy lady csr superior
"""
ANYONE = "human humans human_being person agent agents representative rep operator supervisor manager somebody someone"
REAL = "real live actual living genuine proper human competent senior physical"
DEPARTMENT = "support customer_service customer_support customer_care tech_support technical_support sales billing"
BOT = """
    bot bots chatbot chatbots chat_bot robot robots machine machines computer ai automated virtual_assistant algorithm
"""
ONESELF = """
    me us this this_chat this_case this_conversation this_ticket my_chat my_case my_call my_conversation my_issue
    my_ticket my_request
"""

ENGLISH = Wordings(
    """
    speak|speaking|talk|talking|chat|chatting|converse directly? to|with|w|2 .. <person>|<department>
    discuss this|it with .. <person>
    speak|talk|chat to|with whoever|someone_in_charge|those_responsible
    someone|somebody|person|anyone with a pulse|brain|heartbeat|soul
    someone|somebody|anyone|whoever .. in_charge|responsible|competent /
    done|finished|enough|fed_up with this|your|the bot|robot|machine|chatbot|ai
    transfer|connect|pass|forward|redirect|switch|hand|put|route|move|escalate|send <oneself> .. to|with .. \
        <person>|<department>
    put|patch <oneself> through
    be|get|please|pls|plz connected|connect|transferred|transfer|put_through|passed|switched to|with|over_to .. <anyone>
    loop|bring|hook_me_up in|with .. <anyone>
    wheres|where_is|where_are the|a|your human|humans|real
    someone|somebody|anyone from|at|on your|the|this|customer .. team|support|company|side|office|staff|service \
        !told|said|promised|called|already|mentioned|changed|deleted
    someone|somebody|anyone .. look|review|check|see .. my|this case|ticket|issue|problem|request|conversation|matter
    escalate this|it|my|me|immediately|now !rule*
    want|get this|it escalated
    want|need|require|demand|prefer|request|requesting|like|see me? a|an|the|some|any|your|another <real>? \
        <anyone> /
    want|need|require|demand|prefer|request|like a|an|any|another <real>? <anyone> \
        please|now|asap|here|instead|not|who|to_help
    want|need|prefer|like a|an|any <real>? human|humans|human_being|human_agent
    want|need to see|get|reach|contact .. your|a|an .. <anyone> /
    get|give|gimme|find|send|fetch|bring me|us a|an|the|some|any|your|another? .. <anyone> \
        !permission*|access|to_the|into|link*
    get|give|gimme|find|send|fetch|bring me|us a|an? <real> <person>|support
    have|let|can|could|may a|an|the|your|some|another|i_have .. human|agent|representative|live_agent \
        please|now|instead /
    can|could|may i|we have|get a|an|the|some <real>? <anyone>|support please|now|instead|here /
    can|could|may i|we have|get|see|reach a|an|the|some <real>? \
        human|agent|representative|operator|manager|supervisor /
    is|are there a|an|any|some <real>? human|humans|person|people|agent|agents|representative*
    is|are there? anyone|anybody|someone|somebody real|alive|out|actually|else? \
        there|here|who_can|i_can|to_talk|available
    is anyone|anybody|someone|somebody there|here|available /
    a|an|any|some|actual|real|live|another human|human_being|humans !resource*|error*|readable|friendly|role
    real|live|actual|living \
        person|people|agent|agents|human|humans|representative|rep|operator|somebody|someone|support !role*
    someone|somebody|anyone real|human|alive
    human agent|support|operator|representative|colleague|assistance|contact|help|please|now
    dont|not|stop|enough|hate|tired|sick|done|fed_up|rather|than|instead .. \
        talk*|speak*|chat*|deal*|arg*|writ*|answer* .. <bot>
    stop|no_more .. answer*|repl* .. <bot>
    stop|no_more|enough|dont_want|hate .. <bot> answer*|repl*|respon*|message*
    dont|do_not|not|never|cannot|cant trust|like|want a|an|the|this|any|your|with? \
        bot|bots|robot|robots|machine|machines|ai /
    not|no|no_more|than|enough a|an|the|this|these|your|another|of|with? stupid|dumb|useless|damn? \
        bot|bots|chatbot|robot|robots|machine /
    no|not|than|enough bots|robots|chatbots|machines please|anymore|again
    this|your stupid|useless|dumb|damn|silly|ai? bot|robot|chatbot is|isnt|doesnt|cant|wont|keeps|cannot|never \
        !post*|sync*|connect*
    stupid|useless|dumb|damn bot|robot|chatbot|machine
    call|phone|ring me|us /
    call|phone|ring me|us back|now|at|on|please|today|tomorrow|asap|immediately|about|regarding|when|instead
    give me|us a call|ring
    want|need|request|like|arrange|schedule a phone? call|callback|call_back !url*|function*|endpoint*
    someone|somebody|anyone|colleague|person|human|your_team|your_manager .. \
        call|phone|ring|contact|reach_out|get_back|get_in_touch me|us|to_me|with_me
    can|could|would|will|have|let|please .. someone|somebody|anyone|human|agent|colleague|your_team .. \
        take_over|take_this|take_it|step_in|call_me|get_in_touch
    speak|talk|escalate|complain|get|reach|contact|want|need|see .. your manager|supervisor|superior|boss|team_lead
    see|reach|contact|demand .. a|the manager|supervisor !role*|account
    rather|prefer|want|like|let|to .. deal|dealing|work|communicate|be_helped with|by .. human|person|people
    human|person|people .. look|check|read|take_care|handle .. this|it|my
    """,
    person=PERSON,
    anyone=ANYONE,
    real=REAL,
    department=DEPARTMENT,
    bot=BOT,
    oneself=ONESELF,
)

OTHER_LANGUAGES = Wordings(
    """
    <de_contact> ... <de_person>
    <de_person> ... <de_contact>
    brauche|will|mochte|haben|gib|geben|hatte|einen|echter|echten|richtiger .. \
        mensch|menschen|echte_person|echten_mitarbeiter
    menschlich* ansprechpartner|mitarbeiter|hilfe|support|kontakt|agent*
    <fr_contact> ... <fr_person>
    veux|voudrais|besoin|souhait* .. humain|vraie_personne|conseiller|conseillere|responsable|superieur|operateur
    <es_contact> ... <es_person>
    quiero|necesito|quisiera .. humano|humana|persona_real|agente|representante|operador|supervisor|gerente|encargado
    <it_contact> ... <it_person>
    voglio|vorrei|bisogno .. umano|operatore|operatrice|responsabile|persona_vera|persona_reale
    <pt_contact> ... <pt_person>
    quero|preciso .. humano|atendente|pessoa_real|gerente|supervisor
    <nl_contact> ... <nl_person>
    <nl_person> ... <nl_contact>
    <pl_contact> ... <pl_person>
    <nordic_contact> ... <nordic_person>
    <tr_person> ... <tr_contact>
    <ru_contact> ... <ru_person>
    """,
    de_contact="""
        sprechen spreche sprech reden rede verbinden verbinde verbindet schreiben chatten telefonieren kontaktieren
        weiterleiten durchstellen
    """,
    de_person="""
        mensch menschen echte_person echten_person einer_person richtige_person richtigen_person jemandem
        einem_mitarbeiter einer_mitarbeiterin einen_mitarbeiter echten_mitarbeiter einem_kollegen einer_kollegin
        einem_berater einem_ansprechpartner einem_vorgesetzten ihrem_vorgesetzten dem_support kundenservice kundendienst
    """,
    fr_contact="parl* discut* echang* joindre contacter relation passe passez transfer*",
    fr_person="""
        humain humaine humains vraie_personne une_personne autre_personne conseiller conseillere un_agent quelquun
        operateur operatrice un_responsable votre_responsable votre_superieur service_client
    """,
    es_contact="habl* comunic* chate* contactar pase paseme pasar pasarme ponga* atienda atender conect* transf*",
    es_person="""
        humano humana una_persona otra_persona persona_real un_agente alguien representante operador operadora asesor
        asesora encargado encargada supervisor gerente
    """,
    it_contact="parl* passatemi passarmi passi mettermi contattare",
    it_person="persona umano operatore operatrice qualcuno responsabile essere_umano un_agente assistenza_clienti",
    pt_contact="falar fala fale conversar atendimento transf* passar passe",
    pt_person="pessoa humano atendente alguem representante gerente supervisor",
    nl_contact="spreken spreek praten praat verbinden verbind doorverbinden doorverbind contact bellen chatten",
    nl_person="mens echte_persoon een_persoon een_medewerker iemand een_collega klantenservice",
    pl_contact="rozmaw* porozmaw* polacz* pogadac kontakt* mowic",
    pl_person="czlowiek* konsultant* z_osoba zywa_osoba pracownik* z_kims",
    nordic_contact="prata tala snakke snak snakker tale kontakta kontakte koble",
    nordic_person="manniska menneske person nagon noen nogen medarbeid* medarbejder handlaggare kundeservice",
    tr_person="insan* temsilci* yetkili* biriyle musteri_hizmet*",
    tr_contact="konus* gorus* bagla* ulas* istiyorum",
    ru_contact="поговор* говорить позов* соедин* переключ* переведи* свяж* хочу нужен",
    ru_person="человек* оператор* сотрудник* менеджер* живои живым",
)

ALONE = frozenset(
    """
    agent escalate human person representative operator supervisor manager rep humans people customer live mensch \
        mitarbeiter persona
    humano humain conseiller operatore medewerker
    """.split()
)
AROUND_IT = frozenset(
    """
    a an another any asap being bitte chat favor give hello here hey hi i immediately just me need no now ok por \
        please pls
    real actual really required said service someone support talk thank thanks the to want you your
    """.split()
)
UNSPACED = (
    "转人工",
    "人工客服",
    "人工服务",
    "真人",
    "人間と",
    "オペレーター",
    "担当者と",
    "상담원",
    "사람과",
    "사람이랑",
)

NOT_WANTED = Wordings(
    """
    dont|didnt|doesnt|not|never|no really|actually? need|want|wish|have|necessary to? \
        talk*|speak*|contact*|call*|bother? .. <person>
    without having_to? talking|speaking|contacting|calling|asking|involving .. <person>|<department>
    are|am|is|be|you|like you|i|this|it|a talking|speaking|chatting|really? to|with? a|an? actual|real|live? <person>
    when|how_long|until_when .. a|any|some human|person|someone|somebody|human_being ... read|reply|answer|respond
    <bot> or .. <person>
    <person> or .. <bot>
    do|must|should i|we have_to|need_to? talk|speak|call|contact|go .. <person>|<department>
    human resources|error|errors|readable|friendly|rights|made|capital|names|labels
    my|our|their|his|her|a customer|customers|team|user|users|client|clients|colleague|employee|staff|guest|guests \
        .. talk|speak|chat ... <person>
    """,
    person=PERSON,
    department=DEPARTMENT,
    bot=BOT,
)


def asks_for_person(text: str) -> bool:
    """True when the customer wants a person instead of the AI agent."""
    if _only_names_one(text) or any(characters in text for characters in UNSPACED):
        return True
    wanted = NOT_WANTED.removed_from(fold(text))
    return ENGLISH.found_in(wanted) or OTHER_LANGUAGES.found_in(wanted)


def _only_names_one(text: str) -> bool:
    found = set(words(text))
    return bool(found & ALONE) and found <= ALONE | AROUND_IT
