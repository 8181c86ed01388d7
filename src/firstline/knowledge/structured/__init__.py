"""A proposed profile and FAQs out of a business's web pages; the owner says yes or no to each."""

from firstline.knowledge.structured.proposal import Conflict, Found, Proposal, ServiceFound, merged
from firstline.knowledge.structured.proposing import proposed

__all__ = ["Conflict", "Found", "Proposal", "ServiceFound", "merged", "proposed"]
