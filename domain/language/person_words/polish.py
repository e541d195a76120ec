"""How Polish asks for a person."""

from domain.language.person_words.language import Language

POLISH = Language(
    code="pl",
    classes={
        "manage": "zapro* doda* przypis* usun* usuń zmieni* udostępn*",
        "reach": """
            rozmaw* porozmaw* rozmow* połącz* pogadać gadać pogada* kontakt* skontakt* mówić pomówić przełącz*
            przekier* przekaż* przepisać połaczcie czatować dodzwonić
        """,
        "person": """
            człowiek* ludźmi konsultant* z_osobą żywą_osobą prawdziwą_osobą pracownik* z_kimś kimś kogoś z_agentem
            z_operatorem operator* doradc* kierownik* przełożon* menedżer* z_managerem specjalist* kolegą koleżanką
            obsługą_klienta biurem_obsługi zespołu supportem
        """,
        "human": """
            człowieka człowiek żywą_osobę żywej_osoby prawdziwą_osobę prawdziwej_osoby konsultanta kierownika
            operatora doradcę przełożonego
        """,
        "want": """
            chcę chcemy potrzebuję poproszę proszę dajcie daj dawaj żądam wolę chciałbym chciałabym wolałbym wolałabym
            poproś
        """,
        "please": "proszę dziękuję prosze",
        "no": "nie_chcę żadnych żadnego bez dość_tego dość nie_z nie_będę_rozmawiać_z mam_dość",
        "robot": """
            bot bota botem botów boty botami robot robota robotem robotów robotami maszyną maszyny maszyna chatbot
            chatbota chatbotem automatem
        """,
        "who": "ktoś kto ktokolwiek",
        "colleague": """
            twój_kolega pani_kolega któryś_z_kolegów ktoś_z_zespołu ktoś_z_państwa ktoś_z_was twoja_koleżanka
        """,
        "can": "może mógłby mogłaby czy",
        "call": "zadzwonić zadzwoni oddzwonić oddzwoni zatelefonować skontaktować skontaktuje dzwonić",
        "is_there": "jest",
        "here": "tam tu tutaj czy",
        "call_me": """
            zadzwoń_do_mnie zadzwońcie zadzwonić_do_mnie do_mnie_zadzwonić do_mnie_oddzwonić oddzwońcie oddzwoń
            o_oddzwonienie o_telefon proszę_o_telefon prosze_o_telefon o_kontakt_telefoniczny do_mnie_dzwonić
            do_mnie_zadzwoni skontaktujcie_się_ze_mną proszę_oddzwonić proszę_dzwonić proszę_o_rozmowę
        """,
    },
    asks="""
    czy? jest tam|tu|tutaj? ktoś|ktokolwiek|kto tam|tu|żywy? /
    nie .. rozmawiać|gadać|pisać z <robot>
    się ze_mną .. skontaktować|połączyć
    proszę|chcę o? rozmowę|kontakt z .. <person>
    """,
    other_senses="""
    ktoś inny
    osoba|osobę|osoby kontaktowa|kontaktową|kontaktowej
    """,
    alone="człowiek człowieka konsultant konsultanta operator agent pracownik doradca",
    beside="proszę poproszę z do chcę żywy żywego prawdziwy halo dzień dobry",
)
