"""Web pages to Markdown: menus, banners and footers go; hours, prices, phone numbers and addresses stay wherever they stand."""

from firstline.knowledge.parsing.html.links import links_of
from firstline.knowledge.parsing.html.page import parse_html, to_markdown

__all__ = ["links_of", "parse_html", "to_markdown"]
