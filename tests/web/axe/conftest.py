"""The console's own house (tests/web/console/conftest.py), for axe to walk through."""

from tests.web.console.conftest import chromium, open_page, site

__all__ = ["chromium", "open_page", "site"]
