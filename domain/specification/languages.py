"""Languages that customers of a support desk write, and what they are called."""

LANGUAGE_NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "kn": "Kannada",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ms": "Malay",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""By ISO 639-1 code, in English."""

SAME_LANGUAGE = {"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id"}


def primary_language(tag: str) -> str:
    """The language of a BCP 47 tag, as an ISO 639 code: `pt` of `pt-BR`, `no` of `nb`."""
    code = tag.replace("_", "-").split("-")[0].lower()
    return SAME_LANGUAGE.get(code, code)


def writes_in(language: str) -> str:
    """What people are told, e.g. `writes in Portuguese`; the code itself where we have no name for it."""
    return f"writes in {LANGUAGE_NAMES.get(language, language)}"
