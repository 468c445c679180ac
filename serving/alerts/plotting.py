"""A picture of a replay: how many notices went out each week."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from riskwarn.messages import Message, translated

#: Fonts with Chinese characters, as the drawings of reports name them; one that is installed draws those of a picture.
CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")  # fmt: skip


def plot_weeks(file: Path, told: Mapping[str, Any], language: str = "en") -> None:
    """Draw the notices of each week, and what they would have caught, as :func:`serving.alerts.replaying.as_dict` gives it.

    In an SVG words stay words, which whoever opens it shows in a font of his own. In a picture of points they are Chinese where a font
    with Chinese characters is installed, and English else: no reader is helped by empty boxes.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    fonts = [font for font in CHINESE if font in installed] if language == "zh" else []
    if not fonts and file.suffix.lower() != ".svg":
        language = "en"
    drawn = matplotlib.rc_context({"font.family": [*fonts, "sans-serif"], "svg.fonttype": "none"})
    with warnings.catch_warnings(), drawn, _silent(logging.getLogger("matplotlib.font_manager")):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(9, 3), layout="constrained")
        _draw(figure.subplots(), told, language)
        figure.savefig(file)


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Nobody who asks for a picture wants to hear how a font weighs."""
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _draw(axes: Any, told: Mapping[str, Any], language: str) -> None:
    weeks, load = told["notices_by_week"], told["load"]
    axes.bar(range(len(weeks)), list(weeks.values()), color="#b5532a", width=0.9)
    step = max(1, len(weeks) // 12)
    axes.set_xticks(range(0, len(weeks), step), list(weeks)[::step], rotation=45, ha="right", fontsize=7)
    axes.set_ylabel(translated(Message("notices a week"), language))
    share = "-" if told["capture"] is None else f"{told['capture']:.0%}"
    title = Message(
        "{notices} notices, at most {most} a team and week; {share} of events caught", notices=told["notices"], most=load["most"], share=share
    )  # fmt: skip
    axes.set_title(translated(title, language), fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
