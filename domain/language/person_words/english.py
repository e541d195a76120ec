"""English has the finer table, because there a `person`, an `agent` or a `bot` may also be part of the customer's own
work ("how do I add a person to my project"). It uses none of the shared wordings."""

from domain.language.person_words.language import Language

ENGLISH = Language(
    code="en",
    classes={
        "person": """
            human humans human_being human_beings person persons people agent agents representative representatives
            rep reps operator operators advisor adviser consultant supervisor supervisors manager managers specialist
            technician engineer employee staff staff_member colleague colleagues somebody someone anybody anyone team
            team_member team_lead boss guy lady csr superior
        """,
        "anyone": """
            human humans human_being person agent agents representative rep operator supervisor manager somebody
            someone
        """,
        "real": "real live actual living genuine proper human competent senior physical",
        "department": """
            support customer_service customer_support customer_care tech_support technical_support sales billing
        """,
        "bot": """
            bot bots chatbot chatbots chat_bot robot robots machine machines computer ai automated virtual_assistant
            algorithm
        """,
        "yours": "team people staff colleagues agents employees managers operators coworkers representatives reps",
        "oneself": """
            me us this this_chat this_case this_conversation this_ticket my_chat my_case my_call my_conversation
            my_issue my_ticket my_request
        """,
    },
    asks="""
    speak|speaking|talk|talking|chat|chatting|converse directly? to|with|w|2 .. <person>|<department>
    discuss this|it with .. <person>
    speak|talk|chat to|with whoever|someone_in_charge|those_responsible
    someone|somebody|person|anyone with a pulse|brain|heartbeat|soul
    someone|somebody|anyone|whoever .. in_charge|responsible|competent /
    done|finished|enough|fed_up with this|your|the bot|robot|machine|chatbot|ai
    have|get|like|want a quick|short|brief? word with .. <person>|<department>
    have|get|like|want a quick|short|brief? word with .. one|some|any|member of your <yours>
    speak*|talk*|put_through|transfer*|connect*|get|have|let|ask|contact .. one|some|any|member of your <yours>
    mind .. calling|phoning|ringing|contacting me|us
    calling|phoning|ringing me|us back
    refuse|wont|not_going .. talk*|speak*|chat*|deal*|argu*|discuss*|writ* .. <bot>
    dont|not|rather|instead .. discuss* .. <bot>
    want|wants|need|like|prefer|rather .. handled|dealt|looked|reviewed|answered|checked|done .. by a|an|some real? \
        human|person|human_being /
    is|are anyone|anybody|someone|somebody actually|even|still|really? there|here|alive /
    anyone|anybody home|there|here|alive /
    conect|connec|connect|tranfer|trasnfer <oneself> .. to|with .. <person>|<department>
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
    other_senses="""
    dont|didnt|doesnt|not|never|no really|actually? need|want|wish|have|necessary to? \
        talk*|speak*|contact*|call*|bother? .. <person>
    without having_to? talking|speaking|contacting|calling|asking|involving .. <person>|<department>
    are|am|is|be|you|like you|i|this|it|a talking|speaking|chatting|really? to|with? a|an? actual|real|live? <person>
    when|how_long|until_when .. a|any|some human|person|someone|somebody|human_being ... read|reply|answer|respond
    <bot> or .. <person>
    <person> or .. <bot>
    do|must|should i|we have_to|need_to? talk|speak|call|contact|go .. <person>|<department>
    real person verification|check|test|detection
    agent .. install*|download*|deploy*
    human resources|error|errors|readable|friendly|rights|made|capital|names|labels
    my|our|their|his|her|a customer|customers|team|user|users|client|clients|colleague|employee|staff|guest|guests \
        .. talk|speak|chat ... <person>
    """,
    alone="customer agent escalate human person representative operator supervisor manager rep humans people",
    beside="""
        a an another any asap being chat customer give hello here hey hi i immediately just live me need no now ok
        please pls real actual really required said service someone support talk thank thanks to the want you your
    """,
)
