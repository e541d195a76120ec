"""What a customer who writes in a language that nobody answers in is told when a person takes over.

Thanks, which languages we answer in, and that somebody of the team takes over; polite, and saying nothing of gender.
"""

from collections.abc import Sequence
from typing import NamedTuple

from domain.specification.languages import primary_language


class Notice(NamedTuple):
    """`answers` has the place `{languages}`; `languages` fill it, by the ISO 639-1 code of what we answer in."""

    thanks: str
    answers: str
    takes_over: str
    languages: dict[str, str]


def _in(en: str, de: str, fr: str, es: str) -> dict[str, str]:
    return {"en": en, "de": de, "fr": fr, "es": es}


NOTICES = {
    "ar": Notice(
        "شكرًا على رسالتك.",
        "نحن نجيب {languages}.",
        "سيتولى أحد أعضاء فريقنا الأمر ويرد عليك هنا.",
        _in("بالإنجليزية", "بالألمانية", "بالفرنسية", "بالإسبانية"),
    ),
    "bg": Notice(
        "Благодарим за съобщението.",
        "Отговаряме {languages}.",
        "Човек от нашия екип ще поеме въпроса и ще Ви отговори тук.",
        _in("на английски", "на немски", "на френски", "на испански"),
    ),
    "bn": Notice(
        "আপনার বার্তার জন্য ধন্যবাদ।",
        "আমরা {languages} উত্তর দিই।",
        "আমাদের দলের একজন এখানে আপনাকে উত্তর দেবেন।",
        _in("ইংরেজিতে", "জার্মান ভাষায়", "ফরাসি ভাষায়", "স্প্যানিশ ভাষায়"),
    ),
    "ca": Notice(
        "Gràcies pel vostre missatge.",
        "Responem {languages}.",
        "Una persona del nostre equip se'n fa càrrec i us respondrà aquí.",
        _in("en anglès", "en alemany", "en francès", "en castellà"),
    ),
    "cs": Notice(
        "Děkujeme za vaši zprávu.",
        "Odpovídáme {languages}.",
        "Někdo z našeho týmu se toho ujme a odpoví vám zde.",
        _in("anglicky", "německy", "francouzsky", "španělsky"),
    ),
    "da": Notice(
        "Tak for din besked.",
        "Vi svarer {languages}.",
        "En fra vores team tager over og svarer dig her.",
        _in("på engelsk", "på tysk", "på fransk", "på spansk"),
    ),
    "de": Notice(
        "Vielen Dank für Ihre Nachricht.",
        "Wir antworten {languages}.",
        "Jemand aus unserem Team übernimmt und antwortet Ihnen hier.",
        _in("auf Englisch", "auf Deutsch", "auf Französisch", "auf Spanisch"),
    ),
    "el": Notice(
        "Σας ευχαριστούμε για το μήνυμά σας.",
        "Απαντάμε {languages}.",
        "Ένα μέλος της ομάδας μας αναλαμβάνει και θα σας απαντήσει εδώ.",
        _in("στα αγγλικά", "στα γερμανικά", "στα γαλλικά", "στα ισπανικά"),
    ),
    "en": Notice(
        "Thank you for your message.",
        "We answer {languages}.",
        "Someone from our team is taking over and will answer you here.",
        _in("in English", "in German", "in French", "in Spanish"),
    ),
    "es": Notice(
        "Gracias por su mensaje.",
        "Respondemos {languages}.",
        "Una persona de nuestro equipo se hace cargo y le responderá aquí.",
        _in("en inglés", "en alemán", "en francés", "en español"),
    ),
    "fa": Notice(
        "از پیام شما سپاسگزاریم.",
        "ما {languages} پاسخ می‌دهیم.",
        "یکی از اعضای تیم ما پیگیری می‌کند و همین‌جا به شما پاسخ می‌دهد.",
        _in("به انگلیسی", "به آلمانی", "به فرانسوی", "به اسپانیایی"),
    ),
    "fi": Notice(
        "Kiitos viestistäsi.",
        "Vastaamme {languages}.",
        "Joku tiimistämme ottaa asian hoitaakseen ja vastaa sinulle täällä.",
        _in("englanniksi", "saksaksi", "ranskaksi", "espanjaksi"),
    ),
    "fr": Notice(
        "Merci pour votre message.",
        "Nous répondons {languages}.",
        "Une personne de notre équipe prend le relais et vous répondra ici.",
        _in("en anglais", "en allemand", "en français", "en espagnol"),
    ),
    "he": Notice(
        "תודה על פנייתך.",
        "אנחנו עונים {languages}.",
        "נציג מהצוות שלנו ימשיך את הטיפול וישיב לך כאן.",
        _in("באנגלית", "בגרמנית", "בצרפתית", "בספרדית"),
    ),
    "hi": Notice(
        "आपके संदेश के लिए धन्यवाद।",
        "हम {languages} उत्तर देते हैं।",
        "हमारी टीम का एक सदस्य आपको यहीं उत्तर देगा।",
        _in("अंग्रेज़ी में", "जर्मन में", "फ़्रेंच में", "स्पेनिश में"),
    ),
    "hr": Notice(
        "Hvala na poruci.",
        "Odgovaramo {languages}.",
        "Netko iz našeg tima preuzima Vaš upit i odgovorit će Vam ovdje.",
        _in("na engleskom", "na njemačkom", "na francuskom", "na španjolskom"),
    ),
    "hu": Notice(
        "Köszönjük az üzenetét.",
        "{languages} válaszolunk.",
        "Csapatunk egyik tagja átveszi az ügyet, és itt válaszol Önnek.",
        _in("Angolul", "Németül", "Franciául", "Spanyolul"),
    ),
    "id": Notice(
        "Terima kasih atas pesan Anda.",
        "Kami menjawab {languages}.",
        "Salah satu anggota tim kami akan menangani pesan Anda dan membalas di sini.",
        _in("dalam bahasa Inggris", "dalam bahasa Jerman", "dalam bahasa Prancis", "dalam bahasa Spanyol"),
    ),
    "it": Notice(
        "Grazie per il Suo messaggio.",
        "Rispondiamo {languages}.",
        "Una persona del nostro team se ne occuperà e Le risponderà qui.",
        _in("in inglese", "in tedesco", "in francese", "in spagnolo"),
    ),
    "ja": Notice(
        "お問い合わせありがとうございます。",
        "回答は{languages}となります。",
        "担当者が引き継ぎ、こちらでお返事いたします。",
        _in("英語", "ドイツ語", "フランス語", "スペイン語"),
    ),
    "ko": Notice(
        "문의해 주셔서 감사합니다.",
        "답변은 {languages} 드립니다.",
        "담당자가 이어받아 여기에서 답변드리겠습니다.",
        _in("영어로", "독일어로", "프랑스어로", "스페인어로"),
    ),
    "ms": Notice(
        "Terima kasih atas mesej anda.",
        "Kami menjawab {languages}.",
        "Seorang ahli pasukan kami akan mengambil alih dan membalas anda di sini.",
        _in("dalam bahasa Inggeris", "dalam bahasa Jerman", "dalam bahasa Perancis", "dalam bahasa Sepanyol"),
    ),
    "nl": Notice(
        "Bedankt voor uw bericht.",
        "Wij antwoorden {languages}.",
        "Iemand van ons team neemt het over en antwoordt u hier.",
        _in("in het Engels", "in het Duits", "in het Frans", "in het Spaans"),
    ),
    "no": Notice(
        "Takk for meldingen din.",
        "Vi svarer {languages}.",
        "En fra teamet vårt tar over og svarer deg her.",
        _in("på engelsk", "på tysk", "på fransk", "på spansk"),
    ),
    "pl": Notice(
        "Dziękujemy za wiadomość.",
        "Odpowiadamy {languages}.",
        "Sprawę przejmie osoba z naszego zespołu i odpowie tutaj.",
        _in("po angielsku", "po niemiecku", "po francusku", "po hiszpańsku"),
    ),
    "pt": Notice(
        "Obrigado pela sua mensagem.",
        "Respondemos {languages}.",
        "Uma pessoa da nossa equipe vai assumir o atendimento e responder aqui.",
        _in("em inglês", "em alemão", "em francês", "em espanhol"),
    ),
    "ro": Notice(
        "Vă mulțumim pentru mesaj.",
        "Răspundem {languages}.",
        "Cineva din echipa noastră preia solicitarea și vă va răspunde aici.",
        _in("în engleză", "în germană", "în franceză", "în spaniolă"),
    ),
    "ru": Notice(
        "Спасибо за ваше сообщение.",
        "Мы отвечаем {languages}.",
        "Сотрудник нашей команды подключится и ответит вам здесь.",
        _in("на английском", "на немецком", "на французском", "на испанском"),
    ),
    "sk": Notice(
        "Ďakujeme za vašu správu.",
        "Odpovedáme {languages}.",
        "Niekto z nášho tímu to prevezme a odpovie vám tu.",
        _in("po anglicky", "po nemecky", "po francúzsky", "po španielsky"),
    ),
    "sv": Notice(
        "Tack för ditt meddelande.",
        "Vi svarar {languages}.",
        "Någon i vårt team tar över och svarar dig här.",
        _in("på engelska", "på tyska", "på franska", "på spanska"),
    ),
    "th": Notice(
        "ขอบคุณสำหรับข้อความของคุณ",
        "เราตอบ{languages}",
        "ทีมงานของเราจะรับเรื่องต่อและตอบคุณที่นี่",
        _in("เป็นภาษาอังกฤษ", "เป็นภาษาเยอรมัน", "เป็นภาษาฝรั่งเศส", "เป็นภาษาสเปน"),
    ),
    "tr": Notice(
        "Mesajınız için teşekkür ederiz.",
        "{languages} yanıt veriyoruz.",
        "Ekibimizden biri konuyu devralacak ve size buradan yanıt verecek.",
        _in("İngilizce", "Almanca", "Fransızca", "İspanyolca"),
    ),
    "uk": Notice(
        "Дякуємо за ваше повідомлення.",
        "Ми відповідаємо {languages}.",
        "Хтось із нашої команди візьметься за ваше питання і відповість вам тут.",
        _in("англійською", "німецькою", "французькою", "іспанською"),
    ),
    "vi": Notice(
        "Cảm ơn bạn đã nhắn tin.",
        "Chúng tôi trả lời {languages}.",
        "Một thành viên trong nhóm của chúng tôi sẽ tiếp nhận và trả lời bạn tại đây.",
        _in("bằng tiếng Anh", "bằng tiếng Đức", "bằng tiếng Pháp", "bằng tiếng Tây Ban Nha"),
    ),
    "zh": Notice(
        "感谢您的留言。",
        "我们使用{languages}回复。",
        "我们的同事将接手处理，并在此回复您。",
        _in("英语", "德语", "法语", "西班牙语"),
    ),
}
"""By the ISO 639-1 code of the customer's language."""

WITHOUT_SPACES = frozenset({"ja", "zh"})


def handoff_notice(language: str, answers_in: Sequence[str]) -> str:
    """The notice in `language`; empty where we have none.

    `answers_in` are BCP 47 tags; those that the notice has no words for are left out.
    """
    notice = NOTICES.get(language)
    if notice is None:
        return ""
    codes = dict.fromkeys(primary_language(tag) for tag in answers_in)
    named = [notice.languages[code] for code in codes if code in notice.languages]
    answers = [notice.answers.format(languages=" / ".join(named))] if named else []
    joint = "" if language in WITHOUT_SPACES else " "
    return joint.join([notice.thanks, *answers, notice.takes_over])
