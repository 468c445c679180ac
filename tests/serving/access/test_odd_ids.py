"""Codes that look alike are not alike: an area holds the units of its own codes, whatever characters these are of."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import publish_made
from riskwarn.home import make_home
from riskwarn.messages import one_line
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.access.areas import Area
from serving.columns.places import Places
from tests.serving.access import cities

COMPOSED, TAKEN_APART = unicodedata.normalize("NFC", "Zoné-1"), unicodedata.normalize("NFD", "Zoné-1")

#: Codes of grids of the second district that are taken for one of the first easily.
ALIKE = {
    "网格一": ("网格ー", "网 格一", "網格一", "网格一\u200b", "\ufeff网格一", "网格一\u202e"), COMPOSED: (TAKEN_APART,),
    "G12": ("Ｇ１２", "g12", "G١٢", "G12 ", "G12\u0000", "G 12"), "a/b": ("a%2Fb", "a／b", "a\\b"), "ß": ("ss", "ẞ"), "ﬁ": ("fi",), "K": ("\u212a", "k"),
}  # fmt: skip

OWN, OTHERS = list(ALIKE), [one for few in ALIKE.values() for one in few]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A city whose grids have such codes, and a key to its first district and to one grid of the third."""
    home = make_home(tmp_path_factory.mktemp("odd") / "home", Settings(threads=1))
    content = cities.content(5, "D0000001")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", cities.PARTS)
        content = cities.content(5, "D0000001")
        grids = content.places[Unit.GRID]
        codes = [*OWN, *grids.codes[len(OWN) : 36], *OTHERS, *grids.codes[36 + len(OTHERS) : 107], "第一 格/é"]
        assert len({*codes}) == len(grids.codes) == len(codes)
        levels = {**content.places.levels, Unit.GRID: dataclasses.replace(grids, codes=tuple(codes))}
        publish_made(home, dataclasses.replace(content, places=Places(levels)), cities.AS_OF, cities.NOW)
    header = cities.key(home, area=Area((("district", "D0000000"), ("grid", "第一 格/é"))))
    with cities.served(home) as (found,):
        yield found, header


@pytest.mark.parametrize("code", OWN)
def test_a_code_opens_itself_and_none_that_looks_like_it(client: tuple[TestClient, dict[str, str]], code: str) -> None:
    asking, header = client
    for behind in ("", "/explanation", "/history"):
        assert asking.get(f"/v1/grids/{quote(code, safe='')}{behind}", headers=header).status_code == 200
        for other in ALIKE[code]:
            answer = asking.get(f"/v1/grids/{quote(other, safe='')}{behind}", headers=header)
            nowhere = asking.get(f"/v1/grids/{quote('G9999999', safe='')}{behind}", headers=header)
            assert answer.status_code == nowhere.status_code == 404
            assert answer.json()["detail"].replace(repr(one_line(other)), "") == nowhere.json()["detail"].replace(
                "'G9999999'", ""
            )


def test_a_code_of_any_characters_may_be_an_area(client: tuple[TestClient, dict[str, str]]) -> None:
    asking, header = client
    assert asking.get(f"/v1/grids/{quote('第一 格/é', safe='')}", headers=header).status_code == 200
    listed = {one["code"] for one in asking.get("/v1/scores?limit=200", headers=header).json()["items"]}
    assert {*OWN, "第一 格/é"} <= listed and not listed & {*OTHERS} and len(listed) == 37
    for other in (unicodedata.normalize("NFD", "第一 格/é"), "第一格/é", "第一 格／é"):
        assert asking.get(f"/v1/grids/{quote(other, safe='')}", headers=header).status_code == 404


@pytest.mark.parametrize(
    "sent",
    ["%ff", "%ed%a0%80", "%c0%af", "%c0%80", "%f4%90%80%80", "%00", "G12%00", "%e2%80%ae21G", "%", "%zz", "%25%32%66", "%0d%0aX:%201", "a%2fb%23"],
)  # fmt: skip
def test_bytes_that_are_no_text_are_the_code_of_nothing(client: tuple[TestClient, dict[str, str]], sent: str) -> None:
    asking, header = client
    for behind in ("", "/explanation", "/history"):
        answer = asking.get(f"/v1/grids/{sent}{behind}", headers=header)
        assert answer.status_code == 404 and answer.json()["type"].startswith("urn:riskwarn:")
        assert "\r" not in str(answer.headers) and "x" not in answer.headers
    for query in (f"parent={sent}", f"cursor={sent}", f"target={sent}", f"{sent}=1"):
        assert asking.get(f"/v1/scores?{query}", headers=header).status_code in (404, 422)


@pytest.mark.parametrize("token", ["rw_é_1", "rw_１２_x", "rw_\u202e_x", "rw_\ud800_x", "rw_a_\udcff", "rw_\x7f_"])
def test_a_token_of_any_bytes_is_refused_in_words(client: tuple[TestClient, dict[str, str]], token: str) -> None:
    shown = b"Bearer " + token.encode("utf-8", "surrogatepass")
    answer = client[0].get("/v1/scores", headers=[(b"authorization", shown)])
    assert answer.status_code == 401 and answer.json()["type"] == "urn:riskwarn:key_refused"
