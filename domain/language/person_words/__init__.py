"""The words with which customers ask for a person, one module per language."""

from domain.language.person_words.arabic import ARABIC
from domain.language.person_words.bulgarian import BULGARIAN
from domain.language.person_words.chinese import CHINESE
from domain.language.person_words.croatian import CROATIAN
from domain.language.person_words.czech import CZECH
from domain.language.person_words.danish import DANISH
from domain.language.person_words.dutch import DUTCH
from domain.language.person_words.english import ENGLISH
from domain.language.person_words.finnish import FINNISH
from domain.language.person_words.french import FRENCH
from domain.language.person_words.german import GERMAN
from domain.language.person_words.greek import GREEK
from domain.language.person_words.hebrew import HEBREW
from domain.language.person_words.hindi import HINDI, HINDI_IN_LATIN_LETTERS
from domain.language.person_words.hungarian import HUNGARIAN
from domain.language.person_words.indonesian import INDONESIAN
from domain.language.person_words.italian import ITALIAN
from domain.language.person_words.japanese import JAPANESE
from domain.language.person_words.korean import KOREAN
from domain.language.person_words.language import Language
from domain.language.person_words.norwegian import NORWEGIAN
from domain.language.person_words.polish import POLISH
from domain.language.person_words.portuguese import PORTUGUESE
from domain.language.person_words.romanian import ROMANIAN
from domain.language.person_words.russian import RUSSIAN
from domain.language.person_words.slovak import SLOVAK
from domain.language.person_words.spanish import SPANISH
from domain.language.person_words.swedish import SWEDISH
from domain.language.person_words.thai import THAI
from domain.language.person_words.turkish import TURKISH
from domain.language.person_words.ukrainian import UKRAINIAN
from domain.language.person_words.vietnamese import VIETNAMESE

LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    GERMAN,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    SWEDISH,
    NORWEGIAN,
    DANISH,
    FINNISH,
    POLISH,
    CZECH,
    SLOVAK,
    HUNGARIAN,
    ROMANIAN,
    GREEK,
    TURKISH,
    RUSSIAN,
    UKRAINIAN,
    BULGARIAN,
    CROATIAN,
    ARABIC,
    HEBREW,
    HINDI,
    HINDI_IN_LATIN_LETTERS,
    VIETNAMESE,
    INDONESIAN,
    THAI,
    JAPANESE,
    CHINESE,
    KOREAN,
)
