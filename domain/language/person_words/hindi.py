"""How Hindi asks for a person."""

from domain.language.person_words.language import Language

HINDI = Language(
    code="hi",
    classes={
        "person": """
            इंसान व्यक्ति आदमी किसी एजेंट प्रतिनिधि अधिकारी कर्मचारी मैनेजर प्रबंधक सुपरवाइज़र ऑपरेटर कस्टमर_केयर
            सहकर्मी ग्राहक_सेवा सलाहकार मनुष्य लोगों स्टाफ टीम
        """,
        "human": "इंसान मनुष्य प्रतिनिधि असली_व्यक्ति अधिकारी मैनेजर ऑपरेटर कस्टमर_केयर असली_आदमी",
        "speak": "बात कनेक्ट जोड़ संपर्क ट्रांसफर मिलवा मिलना चैट बातचीत",
        "do": """
            करनी करना कराओ कराइए कराएं करवा करवाइए कर_सकता कर_सकती करूँ कर दीजिए दें दो देना मिलवा चाहता चाहती चाहिए
            करें
        """,
        "robot": "रोबोट बॉट मशीन चैटबॉट",
        "refuse": "नहीं मत",
        "call": "कॉल फोन फ़ोन",
        "me": "मुझे हमें मुझको मुझसे",
    },
    asks="""
    <person> ... से .. <speak> ... <do>
    <speak> ... <do> ... <person>
    <human> .. चाहिए|बुलाओ|बुलाइए|दीजिए|दो
    <robot> .. से ... <refuse>
    <robot> .. <refuse> चाहिए
    <me> .. <call>
    <call> .. <me>
    कोई|सहकर्मी ... <me> .. <call>|संपर्क
    <me> ... संपर्क कर
    कोई_है ^|/
    कोई_है /
    यहाँ|वहाँ कोई है
    वापस <call>
    """,
    other_senses="""
    कोई और
    संपर्क व्यक्ति
    <person> .. जोड़ना|जोड़ूँ|हटाना
    मानव संसाधन
    """,
    alone="इंसान एजेंट प्रतिनिधि",
    script="\u0900-\u097f",
)

HINDI_IN_LATIN_LETTERS = Language(
    code="hi",
    classes={
        "person": "insaan insan agent kisi vyakti manager executive operator adhikari customer_care aadmi banda",
        "robot": "robot bot machine chatbot",
    },
    asks="""
    <person> se .. baat
    baat .. <person> se
    <person> .. chahiye|bulao
    mujhe|humein|hame .. call|phone karo|kare|karen|kijiye|kar
    call|phone back? karo|kare|karen|kijiye|kar mujhe
    <robot> se .. nahi|nahin|nhi
    <robot> nahi|nahin|nhi chahiye
    koi hai|h /
    """,
)
