"""Pure helpers without settings or I/O: ids, clock, text, money, hours arithmetic, cursors, the URL guard."""
