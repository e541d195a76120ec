"""Words of which dates and times in introductions ("On Mon, 3 Nov 2025 at 09:12") are made, by language.

Small letters, as mail programs write them: full names, short names, inflected forms. Full stops are left out.
"""

MONTHS = {
    "en": "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec",
    "de": "januar jänner februar feber märz april mai juni juli august september oktober november dezember "
    "jan jän feb mär mrz apr jun jul aug sep sept okt nov dez",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december "
    "jan feb mrt mar apr jun jul aug sep okt nov dec",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre "
    "janv jan févr fév mar avr juin juil aoû sept sep oct nov déc",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "ene feb mar abr may jun jul ago sept sep oct nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro "
    "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre "
    "gen feb mar apr mag giu lug ago set sett ott nov dic",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december "
    "jan feb mar apr jun jul aug sep sept okt nov dec",
    "no": "januar februar mars april mai juni juli august september oktober november desember "
    "jan feb mar apr jun jul aug sep sept okt nov des",
    "da": "januar februar marts april maj juni juli august september oktober november december "
    "jan feb mar apr jun jul aug sep okt nov dec",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta joulukuuta tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak marrask jouluk",
    "is": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember "
    "jan feb mar apr jún júl ágú sep sept okt nóv des",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia "
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince "
    "led úno bře dub kvě čvn čvc srp zář říj lis pro",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra "
    "jan feb mar apr máj jún júl aug sep okt nov dec",
    "hu": "január február március április május június július augusztus szeptember október november december "
    "jan febr feb márc már ápr máj jún júl aug szept szep okt nov dec",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie "
    "ian feb mar apr iun iul aug sept sep oct nov noi dec",
    "el": "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου "
    "νοεμβρίου δεκεμβρίου ιαν φεβ μαρ απρ μαΐ μαι ιουν ιουλ αυγ σεπ σεπτ οκτ νοε νοεμ δεκ",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "янв фев февр мар апр май июн июл авг сен сент окт ноя нояб дек",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня "
    "січ лют бер квіт трав черв лип серп вер жовт лист груд",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık "
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "vi": "tháng thg",
    "id": "januari februari maret april mei juni juli agustus september oktober november desember jan feb mar "
    "apr jun jul agu sep okt nov des",
}
WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma di wo do vr za zo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
    "es": "lunes martes miércoles jueves viernes sábado domingo lun mar mié mie jue vie sáb sab dom",
    "pt": "segunda terça quarta quinta sexta sábado domingo segunda-feira terça-feira quarta-feira quinta-feira "
    "sexta-feira seg ter qua qui sex sáb sab dom",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica lun mar mer gio ven sab dom",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag mån tis tisd ons tors tor fre lör sön",
    "no": "mandag tirsdag onsdag torsdag fredag lørdag søndag man tir tirs ons tor tors fre lør søn",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag man tir tirs ons tor tors fre lør søn",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona "
    "torstaina perjantaina lauantaina sunnuntaina ma ti ke to pe la su",
    "is": "mánudagur þriðjudagur miðvikudagur fimmtudagur föstudagur laugardagur sunnudagur mánudaginn þriðjudaginn "
    "miðvikudaginn fimmtudaginn föstudaginn laugardaginn sunnudaginn mán þri mið fim fös lau sun",
    "pl": "poniedziałek wtorek środa środę czwartek piątek sobota sobotę niedziela niedzielę "
    "pon wt śr czw pt sob niedz niedz nd",
    "cs": "pondělí úterý středa středu čtvrtek pátek sobota sobotu neděle neděli po út st čt pá so ne",
    "sk": "pondelok utorok streda stredu štvrtok piatok sobota sobotu nedeľa nedeľu po ut st št pi so ne",
    "hu": "hétfő kedd szerda csütörtök péntek szombat vasárnap sze cs szo",
    "ro": "luni marți marţi miercuri joi vineri sâmbătă duminică lun mar mie joi vin sâm dum",
    "el": "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρί τρι τετ πέμ πεμ παρ σάβ σαβ κυρ",
    "ru": "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье пн вт ср чт пт сб вс",
    "uk": "понеділок вівторок середа середу четвер п'ятниця п'ятницю субота суботу неділя неділю пн вт ср чт пт сб нд",
    "tr": "pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz",
    "vi": "thứ hai ba tư năm sáu bảy chủ nhật cn",
    "id": "senin selasa rabu kamis jumat sabtu minggu sen sel rab kam jum sab min",
    "ja": "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 月曜 火曜 水曜 木曜 金曜 土曜 日曜 月 火 水 木 金 土 日",
    "zh": "周一 周二 周三 周四 周五 周六 周日 週一 週二 週三 週四 週五 週六 週日 星期一 星期二 星期三 星期四 星期五 "
    "星期六 星期日 星期天 一 二 三 四 五 六 日",
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일 월 화 수 목 금 토 일",
}
AROUND = {
    "en": "on at am pm a.m p.m noon midnight date st nd rd th of",
    "de": "am um uhr den der datum vorm nachm morgens abends",
    "nl": "op om uur datum",
    "fr": "le à a h du date",
    "es": "el a las la de del hs hrs h p.m a.m a p m fecha",
    "pt": "em no na dia às as à s de data h feira",
    "it": "il giorno in data alle ore lunedì del",
    "sv": "den på kl klockan",
    "no": "den på kl",
    "da": "den på kl d",
    "fi": "klo",
    "is": "þann kl klukkan",
    "pl": "w dnia dniu o r godz godzinie",
    "cs": "dne v ve",
    "sk": "dňa o v vo",
    "hu": "dátum időpont h k v p de du h",
    "ro": "în in pe la data ora",
    "el": "στις την στο πμ μμ π.μ μ.μ ώρα",
    "ru": "в во г года",
    "uk": "о об у в р року",
    "tr": "tarihinde saat günü",
    "vi": "vào lúc ngày giờ năm sa ch",
    "ja": "午前 午後 年 月 日 時 分",
    "zh": "在 于 於 上午 下午 晚上 凌晨 中午 早上 年 月 日 号 號 时 時 分 点",
    "ko": "오전 오후 년 월 일 시 분 에",
    "id": "pada tanggal tgl pukul",
    "zones": "gmt utc z cet cest met mest bst ist est edt cst cdt mst mdt pst pdt eet eest wet west msk jst kst hkt "
    "sgt aest aedt nzst nzdt sast brt art",
}
"""Words that stand with a date: prepositions, hours, zones."""
