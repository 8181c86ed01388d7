"""Any document to Markdown. The work is in parsing/document.py; files of strangers go through parsing/pool.py."""

from firstline.knowledge.parsing.document import parse
from firstline.knowledge.parsing.sniffing import sniff

__all__ = ["parse", "sniff"]
