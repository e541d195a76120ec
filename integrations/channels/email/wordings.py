"""What mail programs write around the words of people, by language: data that the rules about replies read.

Small letters. Phrases are separated by "|". Each language has what Gmail, Apple Mail, Outlook, Thunderbird and the
programs of telephones write there.
"""

from typing import NamedTuple


class Wordings(NamedTuple):
    """`wrote` introduces a quotation; `sender` to `copy` name headers; `original` stands between dashes.

    `sent_from` are the words around the device in the last line of a telephone's mail, `get_app` those around the name
    of an app that it recommends, `fillers` what else may stand there. `automatic` begins the subject of a mail that a
    program sent.
    """

    wrote: str = ""
    sender: str = ""
    sent: str = ""
    date: str = ""
    to: str = ""
    subject: str = ""
    copy: str = ""
    original: str = ""
    sent_from: str = ""
    get_app: str = ""
    fillers: str = ""
    automatic: str = ""


LANGUAGES = {
    "en": Wordings(
        wrote="wrote|writes|has written|sent",
        sender="from",
        sent="sent",
        date="date|sent on|date sent",
        to="to",
        subject="subject",
        copy="cc|bcc|reply-to|importance|priority|attachments",
        original="original message|reply message|original email|original mail",
        sent_from="sent from|sent with|sent via|sent using|posted from|written on",
        get_app="get|download",
        fillers="my|a|an|the|for|on|to|using|via|secure|email|device|wireless|capable|evolution",
        automatic="automatic reply|automated reply|auto reply|auto-reply|autoreply|automatic response|"
        "automated response|auto response|auto-response|autoresponse|out of office|out of the office|"
        "out of office reply|out of office autoreply|vacation reply",
    ),
    "de": Wordings(
        wrote="schrieb|hat geschrieben|schreibt|geschrieben|schrieb folgendes",
        sender="von",
        sent="gesendet",
        date="datum|gesendet am",
        to="an",
        subject="betreff",
        copy="antwort an|kopie|wichtigkeit|priorität|anlagen",
        original="ursprüngliche nachricht|originalnachricht|original-nachricht|antwort nachricht|original nachricht|"
        "ursprüngliche mail",
        sent_from="gesendet von|gesendet mit|gesendet|von|versendet von|versendet mit|verschickt mit|verschickt von|"
        "gesendet über",
        get_app="holen sie sich|laden sie|herunter|beziehen",
        fillers="meinem|der|dem|mit|für|auf|aus|mobilen|diese|nachricht|wurde|e-mail|mail|app|mobil|gerät",
        automatic="abwesenheitsnotiz|abwesend|automatische antwort|automatische rückmeldung|abwesenheitsmeldung|"
        "autom. antwort|auto-antwort",
    ),
    "nl": Wordings(
        wrote="schreef|heeft|het volgende geschreven|geschreven|het volgende",
        sender="van",
        sent="verzonden",
        date="datum|verzonden op",
        to="aan",
        subject="onderwerp",
        copy="kopie|antwoord aan|urgentie",
        original="oorspronkelijk bericht|origineel bericht|oorspronkelijke bericht",
        sent_from="verstuurd vanaf|verzonden vanaf|verstuurd met|verzonden met|verstuurd via|verzonden via|"
        "verstuurd vanuit|verzonden vanuit",
        get_app="download",
        fillers="mijn|een|de|voor|met|mobiele",
        automatic="automatisch antwoord|afwezigheidsbericht|automatisch bericht|automatische beantwoording|"
        "niet aanwezig",
    ),
    "fr": Wordings(
        wrote="a écrit|écrit|a envoyé|a ecrit",
        sender="de|expéditeur",
        sent="envoyé|envoyé le",
        date="date|date d'envoi",
        to="à|a|destinataire",
        subject="objet|sujet",
        copy="copie à|répondre à|importance",
        original="message d'origine|message original|message initial",
        sent_from="envoyé de|envoyé depuis|envoyé avec|envoyé à partir de|envoyé à partir d'|envoyé via",
        get_app="télécharger|obtenir|téléchargez|obtenez",
        fillers="mon|ma|un|une|l|pour|le|la|de|du|application|mail|messagerie|téléphone|mobile|appareil",
        automatic="réponse automatique|absence du bureau|absent du bureau|message d'absence|notification d'absence|"
        "rép. automatique",
    ),
    "es": Wordings(
        wrote="escribió|ha escrito|escribe|escribió lo siguiente",
        sender="de|remitente",
        sent="enviado|enviado el",
        date="fecha|fecha de envío",
        to="para|a|destinatario",
        subject="asunto",
        copy="responder a|importancia",
        original="mensaje original|mensaje origen",
        sent_from="enviado desde|enviado con|enviado por|enviado de|enviado a través de|enviado mediante",
        get_app="obtener|obtén|descargar",
        fillers="mi|un|una|el|la|para|dispositivo|de",
        automatic="respuesta automática|respuesta automatica|fuera de la oficina|fuera de oficina|autorespuesta|"
        "auto-respuesta",
    ),
    "pt": Wordings(
        wrote="escreveu|escreve",
        sender="de|remetente",
        sent="enviado|enviada|enviado em|enviada em|enviado a",
        date="data|data de envio",
        to="para|destinatário",
        subject="assunto",
        copy="responder a|importância|prioridade",
        original="mensagem original|mensagem de origem",
        sent_from="enviado do|enviado de|enviado a partir do|enviado a partir de|enviado por|enviado pelo|enviado via|"
        "enviado através do",
        get_app="obter|obter o|baixe|baixar|baixe o|transferir o",
        fillers="meu|um|o|a|para|no|dispositivo|celular|telemóvel",
        automatic="resposta automática|resposta automatica|fora do escritório|fora da empresa|ausência temporária",
    ),
    "it": Wordings(
        wrote="ha scritto|scritto|scrive",
        sender="da|mittente",
        sent="inviato|inviata|inviato il",
        date="data|data invio",
        to="a|destinatario",
        subject="oggetto",
        copy="rispondi a|priorità",
        original="messaggio originale|messaggio di origine",
        sent_from="inviato da|inviato dal|inviata da|inviato con|inviato tramite|inviato dall'|messaggio inviato da",
        get_app="scarica|ottieni",
        fillers="mio|il|un|per|la|dispositivo|mobile|telefono",
        automatic="risposta automatica|fuori sede|fuori ufficio|autorisposta",
    ),
    "sv": Wordings(
        wrote="skrev|skriver|har skrivit",
        sender="från|avsändare",
        sent="skickat|skickades",
        date="datum|skickat den",
        to="till",
        subject="ämne",
        copy="kopia|svara till|prioritet",
        original="originalmeddelande|ursprungligt meddelande|ursprungsmeddelande",
        sent_from="skickat från|skickat med|skickades från|skickat via|sänt från",
        get_app="hämta|skaffa",
        fillers="min|mitt|en|för|till|mobil",
        automatic="autosvar|automatiskt svar|frånvaromeddelande|automatsvar",
    ),
    "no": Wordings(
        wrote="skrev|skreiv|skriver",
        sender="fra|frå|avsender",
        sent="sendt",
        date="dato|sendt den",
        to="til",
        subject="emne",
        copy="kopi|svar til|prioritet|viktighet",
        original="opprinnelig melding|original melding|opprinnelig e-post|opprinneleg melding",
        sent_from="sendt fra|sendt med|sendt via|sendt frå",
        get_app="skaff deg|last ned|få",
        fillers="min|mitt|en|for|til|mobil",
        automatic="automatisk svar|autosvar|fraværsmelding|ikke til stede|automatisk svar på",
    ),
    "da": Wordings(
        wrote="skrev|skriver|har skrevet",
        sender="fra|afsender",
        sent="sendt",
        date="dato|sendt den",
        to="til",
        subject="emne",
        copy="kopi|svar til|prioritet",
        original="oprindelig meddelelse|original meddelelse|oprindelig besked|oprindelig mail",
        sent_from="sendt fra|sendt med|sendt via",
        get_app="hent|få",
        fillers="min|mit|en|et|til|for|mobil",
        automatic="automatisk svar|autosvar|ikke til stede|fraværsmeddelelse",
    ),
    "fi": Wordings(
        wrote="kirjoitti|kirjoitti seuraavasti",
        sender="lähettäjä|keneltä",
        sent="lähetetty",
        date="päivämäärä|päiväys|pvm",
        to="vastaanottaja|kenelle",
        subject="aihe",
        copy="kopio|vastausosoite|tärkeys",
        original="alkuperäinen viesti",
        sent_from="lähetetty|lähettänyt|lähetetty käyttäen",
        get_app="hanki|lataa",
        fillers="minun|laitteesta|puhelimesta|laitteelle",
        automatic="automaattinen vastaus|poissaoloviesti|poissaoloilmoitus|poissa toimistosta|poissaolovastaus|"
        "automaattivastaus",
    ),
    "is": Wordings(
        wrote="skrifaði|skrifar",
        sender="frá|sendandi",
        sent="sent",
        date="dagsetning|dags",
        to="til|viðtakandi",
        subject="efni",
        copy="afrit|svara til",
        original="upprunaleg skilaboð|upphafleg skilaboð",
        sent_from="sent úr|sent með|sent frá",
        get_app="sækja|sæktu|fáðu",
        fillers="mínum|mínu|fyrir|símanum",
        automatic="sjálfvirkt svar",
    ),
    "pl": Wordings(
        wrote="napisał(a)|napisał|napisała|pisze|napisał/a|użytkownik",
        sender="od|nadawca",
        sent="wysłano|wysłane|wysłany",
        date="data|wysłano dnia",
        to="do|adresat",
        subject="temat",
        copy="dw|kopia|odpowiedz do|ważność|priorytet",
        original="wiadomość oryginalna|oryginalna wiadomość|treść oryginalna",
        sent_from="wysłane z|wysłano z|wysłane przez|wysłane za pomocą|wysłano za pomocą|wysłano przez",
        get_app="pobierz",
        fillers="mojego|mojej|programu|aplikacji|dla|systemu|na|urządzenia|telefonu|program|aplikację",
        automatic="odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|poza biurem|odp. automatyczna",
    ),
    "cs": Wordings(
        wrote="napsal(a)|napsal|napsala|píše|napsal/a|odesílatel",
        sender="od|odesílatel",
        sent="odesláno",
        date="datum",
        to="komu|pro|příjemce",
        subject="předmět",
        copy="kopie|odpověď na|důležitost",
        original="původní zpráva|původní e-mail|originální zpráva|původní mail",
        sent_from="odesláno z|odesláno ze|odesláno pomocí|posláno z|posláno ze",
        get_app="získat|získejte|stáhnout",
        fillers="mého|mé|aplikace|pro|telefonu|zařízení|mobilního|v",
        automatic="automatická odpověď|automaticka odpoved|mimo kancelář|automatické odpověď|automatická odpoveď",
    ),
    "sk": Wordings(
        wrote="napísal(a)|napísal|napísala|píše|napísal/a",
        sender="od|odosielateľ",
        sent="odoslané",
        date="dátum",
        to="komu|pre|adresát",
        subject="predmet",
        copy="kópia|odpovedať|dôležitosť",
        original="pôvodná správa|originálna správa",
        sent_from="odoslané z|odoslané zo|odoslané pomocou|poslané z|poslané zo",
        get_app="získať|získajte|stiahnuť",
        fillers="môjho|mojej|aplikácie|pre|telefónu|zariadenia|mobilného",
        automatic="automatická odpoveď|mimo kancelárie|automaticka odpoved",
    ),
    "hu": Wordings(
        wrote="ezt írta (időpont|a következőt írta (időpont|ezt írta|a következőt írta|írta|ezt írta ekkor",
        sender="feladó|küldő",
        sent="elküldve|küldve|küldés ideje",
        date="dátum|időpont",
        to="címzett|címzettek",
        subject="tárgy",
        copy="másolat|másolatot kap|válaszcím|fontosság",
        original="eredeti üzenet|eredeti levél",
        sent_from="elküldve|küldve|küldte",
        get_app="letöltése|beszerzése|készült",
        fillers="az|a|ról|ről|omról|emről|telefonomról|készülékemről|hez|hoz|rendszerre|re|ra",
        automatic="automatikus válasz|házon kívül|irodán kívül|automatikus valasz|távolléti értesítés",
    ),
    "ro": Wordings(
        wrote="a scris|a scris următoarele|scrie",
        sender="de la|expeditor|de",
        sent="trimis|trimisă|trimis la",
        date="data|dată|data trimiterii",
        to="către|catre|la|destinatar",
        subject="subiect|subiectul",
        copy="răspuns la|importanță",
        original="mesaj original|mesajul original|mesaj inițial",
        sent_from="trimis de pe|trimis din|trimis prin|trimis cu|trimis de la",
        get_app="obțineți|descărcați",
        fillers="meu|mea|pentru|ul|dispozitivul|telefonul",
        automatic="răspuns automat|raspuns automat|în afara biroului|absent din birou",
    ),
    "el": Wordings(
        wrote="έγραψε|έγραψε τα εξής|γράφει|ο χρήστης|η χρήστης",
        sender="από",
        sent="στάλθηκε|εστάλη|απεστάλη",
        date="ημερομηνία|ημ/νία",
        to="προς",
        subject="θέμα",
        copy="κοιν|κοινοποίηση|απάντηση προς|σπουδαιότητα",
        original="αρχικό μήνυμα|πρωτότυπο μήνυμα",
        sent_from="στάλθηκε από|εστάλη από|αποστολή από|στάλθηκε μέσω|απεστάλη από",
        get_app="λήψη|αποκτήστε",
        fillers="το|του|την|μου|για|κινητό|ένα",
        automatic="αυτόματη απάντηση|εκτός γραφείου|αυτοματη απαντηση|αυτόματο μήνυμα",
    ),
    "ru": Wordings(
        wrote="написал(а)|написал|написала|пишет|пользователь|написал/а",
        sender="от|отправитель",
        sent="отправлено",
        date="дата|дата отправки",
        to="кому|получатель",
        subject="тема",
        copy="копия|ответить|важность",
        original="исходное сообщение|пересылаемое сообщение|оригинальное сообщение|исходное письмо",
        sent_from="отправлено с|отправлено из|отправлено со|отправлено через|отправлено с помощью|отправлено от",
        get_app="скачать|получить",
        fillers="моего|моей|для|мобильной|мобильного|приложения|почты|устройства|телефона|яндекс|из",
        automatic="автоответ|автоматический ответ|вне офиса|автоматическое уведомление",
    ),
    "uk": Wordings(
        wrote="написав(ла)|написав|написала|пише|користувач|написав/ла|написав(-ла)",
        sender="від|відправник",
        sent="надіслано|відправлено",
        date="дата",
        to="кому|одержувач|отримувач",
        subject="тема",
        copy="копія|відповісти|важливість",
        original="вихідне повідомлення|оригінальне повідомлення|початкове повідомлення",
        sent_from="надіслано з|відправлено з|надіслано із|надіслано за допомогою|надіслано через",
        get_app="завантажити|отримати",
        fillers="мого|моєї|для|мобільного|пристрою|телефону|пошти|застосунку",
        automatic="автоматична відповідь|автовідповідь|поза офісом",
    ),
    "tr": Wordings(
        wrote="şunu yazdı|şunları yazdı|yazdı|yazmış|tarihinde şunu yazdı|tarihinde şunları yazdı|tarihinde yazdı",
        sender="kimden|gönderen",
        sent="gönderildi|gönderilme|gönderme zamanı",
        date="tarih|gönderme tarihi|gönderilme tarihi",
        to="kime|alıcı",
        subject="konu",
        copy="bilgi|yanıtla|önem",
        original="özgün ileti|orijinal ileti|orijinal mesaj|özgün mesaj",
        sent_from="gönderildi|gönderilmiştir|tarafından gönderildi|adlı|dan|den",
        get_app="edinin|alın|indirin",
        fillers="telefonumdan|cihazımdan|için|umdan|ımdan|u|ü|ı|i|üzerinden|benim",
        automatic="otomatik yanıt|otomatik cevap|ofis dışında|ofis dışındayım|otomatik yanit|iş yeri dışında",
    ),
    "ja": Wordings(
        wrote="さんは書きました|が書きました|は書きました|のメール|さんのメール|さんからのメール",
        sender="差出人|送信者|from",
        sent="送信日時|送信日",
        date="日付|日時|送信日時",
        to="宛先|受信者",
        subject="件名",
        copy="返信先|重要度",
        original="元のメッセージ|オリジナルメッセージ|元のメール",
        sent_from="から送信|から送信しました|より送信|からの送信|で送信",
        get_app="を入手",
        fillers="私の|の|用|版|を|携帯|スマートフォン",
        automatic="自動返信|自動応答|不在通知|自動回答|不在時の自動返信|不在のお知らせ",
    ),
    "ko": Wordings(
        wrote="님이 작성|님이 다음을 작성|작성|님이 썼습니다|님이 작성한 메시지|님이 쓴 글|쓴 글",
        sender="보낸 사람|보낸사람|발신",
        sent="보낸 날짜|보냄|보낸날짜",
        date="날짜|일시",
        to="받는 사람|받는사람|수신",
        subject="제목",
        copy="참조|회신|중요도",
        original="원본 메시지|원본 메일|원본메시지",
        sent_from="에서 보냄|에서 보낸|에서 발송|에서 전송|에서|보냄|보낸 메일|보낸",
        get_app="가져오기|다운로드",
        fillers="나의|내|용|메일",
        automatic="자동 회신|자동 응답|자동회신|부재 중|부재중|자동응답|부재 중 자동 회신",
    ),
    "zh": Wordings(
        wrote="写道|寫道|来信|写信|撰写|寫信",
        sender="发件人|寄件者|寄件人|發件人|自",
        sent="发送时间|傳送時間|寄件日期|发送日期|傳送日期|已发送|已傳送|發送時間",
        date="日期|时间|時間",
        to="收件人|收件者|至",
        subject="主题|主旨|主題|标题|標題",
        copy="抄送|副本|答复|重要性",
        original="原始邮件|原始郵件|原邮件|原始信息|原郵件",
        sent_from="发自我的|来自我的|從我的|从我的|傳送|发送|傳送自我的|传送|发自|发送自我的|發自我的|寄自",
        get_app="获取|獲取|取得|下載|下载",
        fillers="适用于|適用於|的|版|手机|手機|网易邮箱大师|邮箱|郵箱",
        automatic="自动回复|自動回覆|自动答复|自動回復|不在办公室|不在辦公室|自動答覆|外出自动回复",
    ),
    "vi": Wordings(
        wrote="đã viết|viết",
        sender="từ|người gửi",
        sent="đã gửi|gửi",
        date="ngày",
        to="đến|tới",
        subject="chủ đề|tiêu đề",
        original="tin nhắn gốc|thư gốc",
        sent_from="được gửi từ|đã gửi từ|gửi từ",
        fillers="của tôi|tôi",
        automatic="trả lời tự động|thư trả lời tự động",
    ),
    "id": Wordings(
        wrote="menulis",
        sender="dari",
        sent="dikirim|terkirim",
        date="tanggal",
        to="kepada|ke",
        subject="perihal|subjek",
        original="pesan asli",
        sent_from="dikirim dari|terkirim dari",
        fillers="saya",
        automatic="balasan otomatis|di luar kantor",
    ),
}
DEVICES = (
    "iphone|ipad|ipod|apple watch|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oneplus|pixel|nokia|blackberry|"
    "xperia|motorola|moto|htc|oppo|vivo|realme|lg|sony|lenovo|windows phone|lumia|smartphone|smart phone|tablet|"
    "mobiltelefon|mobiltelefonom|handy|telemóvel|celular|móvil|mobile phone|mobile device|mobile|cell phone|"
    "handheld|verizon|t-mobile|小米|华为|華為|三星"
)
PROGRAMS = (
    "outlook mobile|outlook|yahoo mail|yahoo|mail for windows 10|mail for windows|mail für windows|mail|correo|"
    "courrier|aol mail|aol|aol app|gmx mail|gmx|web.de mail|web.de|k-9 mail|protonmail|proton mail|gmail|bluemail|"
    "mail.ru|mymail|mobile mail|zoho mail|windows|ios|android|blackberry|hotmail|app|qq邮箱|qq|t-online|libero|orange|"
    "ziggo|kpn|freenet|poczty|пошти|почты|posta|poštu|pošta|e-posta|メール|메일|邮件|郵件|acompli|spark|mailbird|"
    "fairemail|boxer|blackberry work|tutanota|fastmail|icloud|microsoft"
)
