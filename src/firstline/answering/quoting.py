"""Answers from the knowledge base without a model: an FAQ row as written, else the best sentences of the passages."""

import re
from collections.abc import Callable

from firstline.answering.computed.booking import invitation
from firstline.answering.computed.price import ABOVE_LIMIT, contact_first, disclaimer
from firstline.answering.computed.topics import bare, has
from firstline.answering.computed.voice import Voice
from firstline.answering.phrases import wordlist
from firstline.answering.port import Question
from firstline.answering.sentences import split_sentences
from firstline.answering.subject import frame_of, nameless_price, other_subject, times_told
from firstline.conversations.facts import Passage, Sentence
from firstline.kit.money import find_amounts
from firstline.knowledge.wording import fold, sentences, stems

__all__ = ["Select", "covering", "faq_match", "likeness", "plain_select", "quote", "quote_faq", "weights"]

_WEB = re.compile(r"https?:|www\.", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[^\W_][.!?…])\s+(?=\S{3})")
FEWEST_COVERED = 2  # telling words; one alone is in many rows

# The best sentences for a question, best first: (passage, sentence, score). Higher is better; the scale is the selector's.
Select = Callable[[Question], list[tuple[Passage, str, float]]]


def weights() -> dict[str, float]:
    """The thresholds of `data/quoting.toml`."""
    table: dict[str, float] = wordlist("quoting")["thresholds"]
    return table


def likeness(text: str, other: str, language: str) -> float:
    """Dice overlap of the stems of two questions, 0..1."""
    first, second = set(stems(text, language)), set(stems(other, language))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def faq_match(question: Question, text: str, voice: Voice, *, near: str = "faq") -> Passage | None:
    """The FAQ row whose question is the one asked, or None. `near`: "faq" a good match, "same" nearly its very words.

    A row in the customer's language goes before a better one in another.
    """
    limits = weights()
    found: list[tuple[bool, float, Passage]] = []
    for passage in question.passages:
        if not passage.answer or not passage.question or not passage.above_floor or _apart(text, passage.question):
            continue
        if passage.language == voice.language and other_subject(question, text, _row(passage), voice.language):
            continue
        alike = likeness(text, passage.question, voice.language)
        dense = passage.scores.get("dense", 0.0)
        sure = alike >= limits[f"{near}_likeness"] or dense >= limits[f"{near}_dense"]
        if not sure and near == "faq":
            sure = alike >= limits["both_likeness"] and dense >= limits["both_dense"]
        if sure:
            found.append((passage.language == voice.language, alike + dense, passage))
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _row(passage: Passage) -> str:
    return f"{passage.question} {passage.answer}"


def _apart(text: str, other: str) -> bool:
    """Whether two questions ask for different things of the same subject (`contrasts`)."""
    first, second = fold(text), fold(other)
    for one, two in wordlist("quoting")["contrasts"]:
        for a, b in ((one, two), (two, one)):
            if re.search(a, first) and not re.search(b, first) and re.search(b, second) and not re.search(a, second):
                return True
    return False


def _may_answer(passage: Passage, voice: Voice) -> bool:
    """Above the floor; in another language a surer one, as there no words of the question can be compared."""
    own = voice.language == voice.business.language  # what it wrote, it wrote in its own language
    needed = weights()["own_language_first" if own else "other_language_support"]
    return passage.above_floor and (passage.language == voice.language or passage.scores.get("support", 1.0) >= needed)


def _of_follow_up(question: Question, text: str, voice: Voice) -> Passage | None:
    """In a follow-up the search words hold the message before: the row that is nearest to this message's own words."""
    rows = [p for p in question.passages if p.answer and p.question and p.above_floor and p.language == voice.language]
    if not question.history or not rows:
        return None
    near, row = max(
        ((likeness(text, r.question or "", voice.language), i) for i, r in enumerate(rows)), default=(0.0, 0)
    )
    return rows[row] if near >= weights()["follow_up_likeness"] else None


def quote_faq(question: Question, passage: Passage, voice: Voice, *, priced: bool) -> list[Sentence]:
    """The row's answer as written."""
    if not passage.answer or "|" in passage.answer:  # a table's rows are said as sentences
        return _quoted(question, passage, sentences(passage.answer or passage.text), voice, priced=priced)
    texts = [text for text in split_sentences(passage.answer.strip()) if text.strip()]
    return _quoted(question, passage, texts, voice, priced=priced, written=True)


def _sure(passage: Passage) -> bool:
    return passage.scores.get("support", 1.0) >= weights()["statement_support"]


def _answers(sentence: str, *, priced: bool) -> bool:
    """Whether a sentence of a page can be an answer.

    Pages ask questions of their readers ("No hot water?"); a line of the price list answers only who asks for a price.
    """
    if not sentence.strip() or sentence.rstrip().endswith("?"):
        return False
    return priced or not any(amount.is_range for amount in find_amounts(sentence))


def quote(question: Question, text: str, select: Select, voice: Voice, *, priced: bool) -> list[Sentence]:
    """The best FAQ row or sentences among the passages above the floor; empty when there are none."""
    above = [p for p in question.passages if _may_answer(p, voice) and not _apart(text, p.question or "")]
    if not above:
        return []
    row = faq_match(question, text, voice) or _of_follow_up(question, text, voice)
    if row is not None:
        return quote_faq(question, row, voice, priced=priced)
    if not has("asking", bare(text)) and "?" not in text:
        above = [p for p in above if p.language == voice.language and _sure(p)]
    best = [entry for entry in select(question) if _may_answer(entry[0], voice) and _answers(entry[1], priced=priced)]
    if not best or nameless_price(question, text, voice.language):
        return []
    best = [entry for entry in best if entry[0] in above and _on_subject(question, text, entry, voice)]
    if not best:
        return []
    passage, _, top = next(
        (e for e in best if e[0].language == voice.language and e[2] >= best[0][2] * weights()["own_language"]), best[0]
    )
    if passage.answer:
        return quote_faq(question, passage, voice, priced=priced)
    chosen = {
        _sentence
        for p, _sentence, score in best
        if p.chunk_id == passage.chunk_id and score >= top * weights()["second"]
    }
    chosen = set(
        [s for p, s, _ in best if p.chunk_id == passage.chunk_id and s in chosen][: int(weights()["most_sentences"])]
    )
    ordered = sorted(chosen, key=lambda s: passage.text.find(s[:40]))
    return _quoted(question, passage, ordered, voice, priced=priced)


def _on_subject(question: Question, text: str, entry: tuple[Passage, str, float], voice: Voice) -> bool:
    """Whether a sentence is on what a question of a common frame asks about, and tells a time to who asks how long."""
    passage, sentence, _ = entry
    if passage.language != voice.language:
        return True
    told = _row(passage) if passage.answer else f"{passage.section} {sentence}"
    if other_subject(question, text, told, voice.language):
        return False
    frame, said = frame_of(text), passage.answer or sentence
    if frame == "warranty":
        return frame_of(f"{passage.title} {passage.section} {said}") == "warranty"
    if frame == "duration":
        return times_told(said) and frame_of(f"{passage.title} {passage.section} {said}") != "warranty"
    return frame != "price" or bool(passage.answer) or bool(find_amounts(sentence))


def _loose(texts: list[str]) -> list[str]:
    """A sentence with a web address is cut at every full stop: what the gate stops takes no neighbour along."""
    return [piece for text in texts for piece in (_ENDS.split(text) if _WEB.search(text) else [text])]


def _as_written(text: str) -> str:
    """A piece of an FAQ answer without marks of emphasis and targets of links; it keeps its line."""
    bare = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", re.sub(r"\*\*(\S[^*\n]*)\*\*", r"\1", text.strip()))
    return f"\n{bare}" if text.startswith("\n") else bare


def _quoted(
    question: Question, passage: Passage, texts: list[str], voice: Voice, *, priced: bool, written: bool = False
) -> list[Sentence]:
    """Sentences of one passage, with a lead-in when it is in another language, and the rules on amounts.

    `written`: as they stand, nothing appended.
    """
    texts = texts if written else _loose(texts)
    amounts = [v for text in texts for a in find_amounts(text) for v in a.values] if priced else []
    if amounts and (first := contact_first(question, voice)):
        return first
    limit = question.business.quote_limit
    kept = [t for t in texts if not priced or all(a.upper <= limit for a in find_amounts(t))]
    out: list[Sentence] = []
    if passage.language != voice.language and passage.language in ("en", "es") and kept:
        language = voice.text(f"words.lang_{passage.language}")
        out.append(voice.say("unknown.only_in", "notice", language=language))
    kind = "estimate" if amounts and _prices(question, texts) else "answer"
    out += [Sentence(_as_written(text) if written else tidy(text), kind, (passage,)) for text in kept]
    if len(kept) < len(texts):
        return [*out, voice.say("unknown.person_prices", "notice", why=ABOVE_LIMIT)]
    if kind == "estimate":
        out += [*disclaimer(question, voice), *invitation(question, voice)]
    return out


def _prices(question: Question, texts: list[str]) -> bool:
    """Whether the amounts are prices of work (a range, or one of the price list) and not a fee or a limit."""
    listed = {p for s in question.business.services for p in (s.price_low, s.price_high) if p is not None}
    found = [a for text in texts for a in find_amounts(text)]
    return any(a.is_range or listed & set(a.values) for a in found)


def covering(question: Question, text: str, voice: Voice) -> Passage | None:
    """The FAQ row that holds every telling word of a short question, in its question or its answer ("do u take Visa")."""
    fee = has("fee", bare(text))
    asked = _telling(text, voice.language, fee=fee)
    if len(asked) < FEWEST_COVERED:
        return None
    rows = (p for p in question.passages if p.answer and p.above_floor and p.language == voice.language)
    return next(
        (p for p in rows if asked <= _telling(_row(p), voice.language, fee=fee) and not _apart(text, p.question or "")),
        None,
    )


def _telling(text: str, language: str, *, fee: bool) -> set[str]:
    """The telling stems; where a charge is asked about, "charge", "fee", "pay" and "free" are one word."""
    found = {stem for stem in stems(text, language) if len(stem) > 1}
    money = {s for word in wordlist("quoting")["charge_words"] for s in stems(word, language)}
    return (found - money) | {"charge"} if fee and found & money else found


def tidy(text: str) -> str:
    """A sentence without Markdown: list marks, heading marks and emphasis go, a table row becomes "a: b, c"."""
    text = re.sub(r"^\s*(?:[-*•]|#{1,6}|\d+[.)])\s+", "", text.strip())
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", re.sub(r"[*_`]{1,3}(\S[^*_`]*)[*_`]{1,3}", r"\1", text))
    if text.startswith("|"):
        cells = [c.strip() for c in text.strip("|").split("|") if c.strip()]
        text = f"{cells[0]}: {', '.join(cells[1:])}" if len(cells) > 1 else "".join(cells)
    return text if re.search(r"[.!?:…]$", text) else f"{text}."


def plain_select(question: Question) -> list[tuple[Passage, str, float]]:
    """Sentences by the share of the question's words they hold, longer words counting more: needs no vectors."""
    language = question.reading.language
    wanted = set(stems(question.text, language))
    total = sum(len(w) for w in wanted) or 1
    scored = []
    for rank, passage in enumerate(question.passages):
        for sentence in sentences(passage.text):
            if re.fullmatch(r"[|\s:-]+|#+ .*", sentence):
                continue
            held = sum(len(w) for w in wanted & set(stems(sentence, language)))
            scored.append((passage, sentence, held / total + 0.2 / (rank + 1)))
    return sorted(scored, key=lambda entry: -entry[2])
