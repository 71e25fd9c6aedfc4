"""Which encoding a text is written in that is not UTF-8: the one in which its letters make sense."""

from __future__ import annotations

import re
import unicodedata

_ALPHABETS = {  # letters beside a to z, of one language each
    "cp1252": ("äöüß äöüßé äöåéæøü éèêëàâçîïôùûüÿœæ áéíñóúüºª¿¡ àèéìòù áâãàçéêíóôõúüºª éëïöüáè àçèéíïòóúü· áéíóúýðþæö"),
    "cp1250": "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţ čćđšž",
    "cp1254": "çğıöşüâîûi̇",
    "cp1257": "ąčęėįšųūž āčēģīķļņšūž äöõüšž",
    "cp1251": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя абвгґдеєжзиіїйклмнопрстуфхцчшщьюя абвгдежзијклљмнњопрстћуфхцчџшђ"
    " абвгдеёжзійклмнопрстуўфхцчшыьэюя абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ",
    "cp1255": "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
    "cp1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةىپچژگ",
}
_SYMBOLS = frozenset("€£°²³µ§±«»„“”‘’–—…·№ºª\u00a0，。（）：；、％￥　・ー")
_TELLING = {  # letters that stand at the head of tables of days
    "gb18030": "日期时间量数年月天访问用户浏览销售额收入总计次人名称备注网站页面点击播放订单金价格值气温",
    "cp950": "日期時間量數年月天訪問用戶瀏覽銷售額收入總計次人名稱備註網站頁面點擊播放訂單金價格值氣溫",
    "cp932": "日付時間訪問者数売上合計件回年月人客金額商品注文値気温高の",
    "cp949": "날짜일자시간방문수매출조회합계건원주문상품가격월년총이용사용값기온",
}
_WORDS = {  # likewise, where the letters of two encodings are both of some language
    "cp1252": ["fecha", "día", "año", "jour", "journée", "dato", "dag", "città", "größe", "antal", "besøg"],
    "cp1250": ["dátum", "nap", "dzień", "dată", "ziua"],
    "cp1251": ["дата", "день", "число", "датум"],
    "cp1253": ["ημερομηνία", "ημέρα"],
    "cp1254": ["tarih", "gün"],
    "cp1255": ["תאריך", "יום"],
    "cp1256": ["التاريخ", "تاريخ", "اليوم"],
    "cp1257": ["kuupäev", "datums", "diena"],
}
_COMMON_SHARE = 0.9  # of the letters, that are among the more usual half of an encoding
_TELLING_SHARE = 0.5  # of the letters, that stand at the head of tables of days


_WIDE = {  # two bytes a letter: the scripts that it is for, and the first bytes of their usual letters
    "gb18030": (("CJK",), range(0xB0, 0xD8)),
    "cp950": (("CJK",), range(0xA4, 0xC7)),
    "cp932": (("CJK", "HIRAGANA", "KATAKANA"), range(0x82, 0x98)),
    "cp949": (("HANGUL",), range(0xB0, 0xC9)),
}
_USUAL_SECOND = {"gb18030": 0xA1, "cp949": 0xA1}  # the least second byte of usual letters
NAMES = {
    "gb18030": "GB18030 (GBK)",
    "cp950": "Big5",
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    **{f"cp125{i}": f"Windows-125{i}" for i in range(8)},
}
"""What people call the encodings, by Python's names."""


def possible_encodings(sample: bytes) -> dict[str, str]:
    """Return the encodings in which the letters of a sample make sense, and what it says in each.

    Encodings that give the same text count as one. There is one entry where the sample leaves no doubt.

    Parameters
    ----------
    sample : bytes
        Whole lines that are not in UTF-8.
    """
    texts: dict[str, str] = {}
    for encoding in (*_ALPHABETS, *_WIDE):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        makes_sense = _is_wide_text(text, encoding) if encoding in _WIDE else _is_text_of_letters(text, encoding)
        if makes_sense and text not in texts.values():
            texts[encoding] = text
    telling = {encoding: text for encoding, text in texts.items() if _is_telling(text, encoding)}
    return telling if len(telling) == 1 else texts


def _is_text_of_letters(text: str, encoding: str) -> bool:
    """Whether all letters beside a to z are of one alphabet, and each word of one script."""
    letters = {letter for letter in text.lower() if letter > "\x7f" and letter not in _SYMBOLS}
    if not any(letters <= set(alphabet) for alphabet in _ALPHABETS[encoding].split()):
        return False
    latin = encoding in {"cp1252", "cp1250", "cp1254", "cp1257"}
    for word in re.findall(r"[^\W\d_]+", text):
        foreign = sum(letter > "\x7f" for letter in word)
        mixed = 0 < foreign < len(word)
        if (mixed and not latin) or (latin and 2 * foreign > len(word)) or re.search("[a-zà-ÿа-я][A-ZÀ-ÝА-Я]", word):
            return False
    return re.search(r"[^\W\d_][€£°§±«»„“”…№][^\W\d_]", text) is None


def _is_wide_text(text: str, encoding: str) -> bool:
    """Whether all letters beside a to z are of the encoding's scripts, and most of them are usual ones."""
    letters = [letter for letter in text if letter > "\x7f" and letter not in _SYMBOLS]
    scripts, usual_first = _WIDE[encoding]
    if not letters or re.search(r"[a-z][^\x00-\x7f]|[^\x00-\x7f][a-z]", text):
        return False
    if not all(unicodedata.name(letter, "").startswith(scripts) for letter in letters):
        return False
    least = _USUAL_SECOND.get(encoding, 0)
    codes = [letter.encode(encoding) for letter in letters]
    usual = sum(code[0] in usual_first and code[-1] >= least for code in codes)
    return usual >= _COMMON_SHARE * len(letters)


def _is_telling(text: str, encoding: str) -> bool:
    if encoding in _WIDE:
        letters = [letter for letter in text if letter > "\x7f" and letter not in _SYMBOLS]
        return sum(letter in _TELLING[encoding] for letter in letters) >= _TELLING_SHARE * len(letters)
    return any(word in _WORDS[encoding] for word in re.findall(r"[^\W\d_]+", text.lower()))
