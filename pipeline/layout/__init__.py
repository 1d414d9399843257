"""From the characters and ruled lines of pages to paragraphs and tables.

`page` says what goes in, `flow` runs it; `tables` finds and joins tables.
"""
