"""How Turkish asks for a person."""

from domain.language.person_words.language import Language

TURKISH = Language(
    code="tr",
    classes={
        "manage": "davet* ekle* ata atama* kaldır* sil silme* değiştir* paylaş*",
        "reach": "bağla* aktar* yönlendir*",
        "reach_last": "konuş* görüş* bağla* ulaş* aktar* yönlendir* iletişim* sohbet* yazış*",
        "person": """
            insan* temsilci* yetkili* biriyle birisiyle birine bir_kişiyle kişiyle müşteri_hizmet* operatör* danışman*
            çalışan* müdür* yönetici* personel* uzman* destek_ekib* arkadaş* asistan_değil memur* görevli*
        """,
        "human": """
            insan insana insanla gerçek_kişi gerçek_bir_kişi gerçek_birini temsilci temsilciyi operatör yetkili
            yetkiliyi müşteri_temsilcisi
        """,
        "want": "lütfen bana",
        "want_last": "istiyorum istiyoruz lazım verin ver lütfen gerek rica çağırın olsun",
        "please": "lütfen rica",
        "no": "artık yeter robot_değil bot_değil",
        "robot": "robot bot makine chatbot",
        "who": "biri birisi yetkili kimse",
        "colleague": "arkadaşınız arkadaşın meslektaşınız meslektaşın çalışma_arkadaşınız",
        "call": "arayabilir ara arasın arar aramasını ulaşsın ulaşabilir iletişime",
        "is_there": "var_mı",
        "here": "orada burada",
        "call_me": """
            beni_arayın beni_ara beni_arar beni_arayabilir beni_aramanızı beni_arasın beni_arasınlar geri_arayın
            geri_arar geri_arayabilir geri_arama_istiyorum bana_ulaşın telefonla_arayın beni_geri bizi_arayın
        """,
    },
    asks="""
    robot*|bot|botla|botlarla|makine|makineyle|chatbot* .. istemiyorum|istemiyoruz|değil|yeter
    kimse|biri|birisi|insan yok|var mu|mı
    benimle .. iletişime|görüş*
    """,
    other_senses="""
    başka biri|birisi|birine
    insan kaynakları
    ilgili|irtibat kişi*
    """,
    alone="insan temsilci yetkili operatör",
    beside="lütfen bir gerçek istiyorum merhaba müşteri bağla bağlayın canlı destek",
)
