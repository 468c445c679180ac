"""Text as refused words are looked for in it: however it is spaced, widened, dotted or written."""

from __future__ import annotations

import unicodedata

#: Traditional forms of the characters of refused words.
_SIMPLIFIED = str.maketrans(
    "訪體級進赴省纏鬧揚穩維員點輿網絡論軍眾權團隊聯標識歷數類檢舉控揭發組織紀監務黨",
    "访体级进赴省缠闹扬稳维员点舆网络论军众权团队联标识历数类检举控揭发组织纪监务党",
)
#: Marks that people put between the characters of a word; commas, slashes and stops part words and stay.
_BETWEEN = frozenset("·•・‧*_~-.^'\"`“”‘’()（）[]【】<>《》「」|+")


def squashed(text: str) -> str:
    """Half width, simplified, lower case, without blanks, invisible characters and marks between characters."""
    plain = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED).lower()
    return "".join(
        character
        for character in plain
        if character not in _BETWEEN and unicodedata.category(character)[0] not in "ZCM"
    )
