"""Words: folding, Chinese bigrams, stems and pinyin, made here so that both engines index the same tokens.

Folding takes away what a searcher does not mean: full width, case, accents, traditional or Japanese characters. A run
of Chinese, Japanese or Korean characters becomes bigrams and a last single character (空气质量: 空气 气质 质量 量), so
that a phrase of bigrams finds exactly the substring and `水*` finds every document that holds 水.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import snowballstemmer  # type: ignore[import-untyped]

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
GAP = "¶"
LONGEST_WORD = 64
_TOKEN = re.compile(rf"([{CJK}]+)|([^\W_{CJK}]+)")
_IS_CJK = re.compile(rf"[{CJK}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")


def fold(text: str) -> str:
    """Answer a text without width, case, accents and variant characters."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).lower()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(_variants())


def fold_letters(text: str) -> str:
    """Fold letter by letter, so that every place of the answer is the same place of the text."""
    return "".join(map(_fold_letter, text))


def has_cjk(text: str) -> bool:
    """Say whether a text holds a Chinese, Japanese or Korean character."""
    return not text.isascii() and _IS_CJK.search(text) is not None


def index_tokens(text: str) -> tuple[str, ...]:
    """Cut a text into the tokens that are indexed, words not yet stemmed."""
    return _cut_again(text) if len(text) <= 60 else _cut(text)


def query_tokens(text: str) -> list[str]:
    """Cut a text into the tokens whose phrase finds it: the last single character of a longer run is left open."""
    tokens = list(index_tokens(text))
    if len(tokens) > 1 and has_cjk(tokens[-1]) and len(tokens[-2]) == 2 and tokens[-2][-1] == tokens[-1]:
        del tokens[-1]
    return tokens


def words(text: str) -> list[str]:
    """Cut a text into whole words and whole runs of Chinese characters, folded."""
    return [run or word for run, word in _TOKEN.findall(_without_possessive(fold(text)))]


def stems(tokens: Iterable[str]) -> list[str]:
    """Answer the stem of every English word among the tokens, all else as it is."""
    return [stem(token) if token < "{" else token for token in tokens]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Answer the Snowball stem of an English word; anything else stays."""
    return str(_stemmer().stemWord(word)) if word.isascii() and word.isalpha() else word


def numbers(word: str) -> tuple[str, ...]:
    """Answer the singular and the plural of an English word, as far as its letters tell."""
    if not (word.isascii() and word.isalpha()):
        return ()
    singular = _singular(word)
    return tuple(form for form in (singular, _plural(singular)) if form != word)


@lru_cache(maxsize=4096)
def forms(word: str) -> tuple[str, ...]:
    """Answer the stems under which a word, its singular and its plural are indexed, the word's own first."""
    return tuple(dict.fromkeys(map(stem, (word, *numbers(word)))))


def pinyin(text: str) -> list[str]:
    """Answer the syllables of a text's Chinese characters, without tones; words of other scripts stay whole."""
    syllables: list[str] = []
    for run, word in _TOKEN.findall(fold(text)):
        syllables += _syllables(run) if run else [word]
    return syllables


def sort_key(text: str) -> str:
    """Answer a text as it is sorted: folded, white space put in order."""
    return " ".join(fold(text).split())


def _cut(text: str) -> tuple[str, ...]:
    tokens: list[str] = []
    for run, word in _TOKEN.findall(_without_possessive(fold(text))):
        if run:
            tokens += map("".join, pairwise(run))
            tokens.append(run[-1])
        else:
            tokens.append(word[:LONGEST_WORD])
    return tuple(tokens)


_cut_again = lru_cache(maxsize=20_000)(_cut)


def _without_possessive(text: str) -> str:
    return _POSSESSIVE.sub("", text) if "'s" in text or "’s" in text else text


@lru_cache(maxsize=20_000)
def _syllables(run: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(run, style=Style.NORMAL, errors="ignore")


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and len(word) > 4:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "o", "u"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


@lru_cache(maxsize=50_000)
def _fold_letter(letter: str) -> str:
    folded = fold(letter)
    return folded if len(folded) == 1 else letter


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=1)
def _variants() -> dict[int, str]:
    """Map traditional and Japanese forms to simplified ones, after OpenCC's character tables (Apache-2.0)."""
    simplified = dict(_pairs("TSCharacters.txt"))
    japanese = {new: simplified.get(old, old) for old, new in _pairs("JPVariants.txt") if new not in simplified}
    return {ord(old): new for old, new in {**japanese, **simplified}.items() if len(old) == 1 and old != new}


def _pairs(name: str) -> Iterable[tuple[str, str]]:
    table = files("opencc").joinpath("dictionary", name).read_text(encoding="utf-8")
    for line in table.splitlines():
        old, _, new = line.partition("\t")
        if new:
            yield old, new.split()[0]
