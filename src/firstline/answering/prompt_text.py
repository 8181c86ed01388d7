"""The prompt's template and canary, apart from how it is filled: the gate needs both to see a leak."""

from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from uuid import UUID

__all__ = ["PROMPT_VERSION", "canary_of", "template"]

PROMPT_VERSION = "answer.en.1"  # raised with every change of data/prompt.en.md; stored with each request


@lru_cache(maxsize=1)
def template() -> str:
    """data/prompt.en.md as it stands."""
    return files("firstline.answering").joinpath("data/prompt.en.md").read_text("utf-8")


@lru_cache(maxsize=1024)
def canary_of(business_id: UUID) -> str:
    """A word that stands in the prompt alone; one a business, the same in every process."""
    return f"fl-{blake2b(business_id.bytes, digest_size=6, key=b'firstline prompt canary').hexdigest()}"
