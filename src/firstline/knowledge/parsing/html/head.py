"""What a page says about itself: title, language, canonical address, robots, date."""

import re
from datetime import date
from typing import Any
from urllib.parse import urljoin

import orjson

from firstline.knowledge.parsing.html.links import robots_of

__all__ = ["about", "title_of"]

BAR = re.compile(r"\s+[|–—·•»:-]+\s+|\s*[|»]\s*")
DATES = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dcterms.modified",
)


def title_of(tree: Any, headings: list[str]) -> str:
    """The page's own name: a level 1 heading, else og:title or title without the site's name."""
    metas = _metas(tree)
    page = " ".join((tree.findtext(".//title") or "").split())
    shared = " ".join(metas.get("og:title", "").split())
    site = metas.get("og:site_name", "")
    first = next((h for h in headings if h), "")
    if first and len(first) <= 150:
        return first
    return _without_site(shared or page, site) or _without_site(page, site) or first[:150]


def _without_site(title: str, site: str) -> str:
    parts = [part.strip() for part in BAR.split(title) if part and part.strip()]
    if len(parts) < 2:
        return title.strip()
    kept = [part for part in parts if part.casefold() != site.casefold().strip()]
    if len(kept) < len(parts):
        return kept[0] if kept else parts[0]
    if parts[0].casefold() in ("home", "inicio", "homepage", "welcome", "bienvenidos", "index"):
        return parts[1]
    return parts[0]


def _metas(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (
            node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        ).lower()
        if name and node.get("content"):
            found.setdefault(name, node.get("content").strip())
    return found


def about(tree: Any, url: str = "") -> dict[str, Any]:
    """Metadata of `Parsed`: language, canonical, noindex, nofollow, effective_date (ISO); only what the page says."""
    metas = _metas(tree)
    language = (
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
    )[:2].lower()
    language = (
        language or (metas.get("og:locale") or metas.get("content-language") or metas.get("language") or "")[:2].lower()
    )
    canonical = next(
        (
            n.get("href")
            for n in tree.iter("link")
            if "canonical" in (n.get("rel") or "").lower().split() and n.get("href")
        ),
        "",
    )
    robots = robots_of(tree)
    found: dict[str, Any] = {"language": language if language.isalpha() else ""}
    found["canonical"] = _address(url, canonical.strip())
    found["noindex"] = "noindex" in robots
    found["nofollow"] = "nofollow" in robots
    found["effective_date"] = _date(tree, metas)
    return {key: value for key, value in found.items() if value}


def _address(url: str, canonical: str) -> str:
    try:
        return urljoin(url, canonical) if canonical else ""
    except ValueError:
        return ""


def _date(tree: Any, metas: dict[str, str]) -> str:
    """The last change that is stated: meta tags, then JSON-LD, then a <time> of the article."""
    stated = [metas[name] for name in DATES if name in metas]
    for node in tree.iter("script"):
        if "ld+json" in (node.get("type") or "") and (text := node.text or "") and len(text) < 200_000:
            both = [re.search(rf'"{key}"\s*:\s*("[^"]{{8,40}}")', text) for key in ("dateModified", "datePublished")]
            stated += [str(orjson.loads(m[1])) for m in both if m and "\\" not in m[1]]
    times = [
        n for n in tree.iter("time") if n.get("datetime") and next(n.iterancestors("article", "main"), None) is not None
    ]
    stated += [n.get("datetime") for n in sorted(times, key=lambda n: "updated" not in (n.get("class") or ""))[:3]]
    for text in stated:
        if found := re.match(r"\s*((?:19|20)\d\d-\d\d-\d\d)", text):
            try:
                return date.fromisoformat(found[1]).isoformat()
            except ValueError:
                continue
    return ""
