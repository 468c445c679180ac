"""What the audit says of a silence, in the language of who reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from riskwarn.audit.actions import titled
from riskwarn.audit.listing import newest
from riskwarn.messages import translated
from serving.alerts.silences import end_silence, silence
from tests.serving.alerts.city import City


def test_how_a_silence_began_and_ended_is_said_in_words(tmp_path: Path) -> None:
    city = City(tmp_path)
    made = silence(
        city.home, "town", "T0000000", None, "集中整治期间统一处理", city.now + timedelta(days=14), now=city.now
    )
    end_silence(city.home, made.id, now=city.now)
    said = [titled(row.action, row.result)[1] for row in newest(city.home) if row.object == made.id]
    assert sorted(said) == ["silence begun", "silence ended"]
    assert not any(re.search("[a-z]", translated(one, "zh")) for one in said)
