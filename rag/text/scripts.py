"""Which characters belong to which script: the classes that the modules of this package build their patterns from.

Each constant is the inside of a regular expression's character class, without the brackets.
"""

from __future__ import annotations

from typing import Final

# CJK Unified Ideographs with extensions A and B to H, compatibility ideographs, 々 (repeat) and 〇 (zero).
HAN: Final = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

# Without U+30FB, the middle dot that Chinese text uses in foreign names as well.
KANA: Final = r"\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"

HANGUL: Final = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"

# ASCII, Latin-1, Extended-A and -B, Extended Additional, and the full-width forms.
LATIN: Final = r"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
