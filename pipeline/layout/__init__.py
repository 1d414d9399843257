"""Geometry of pages, whatever the format: runs of characters and ruled lines → lines, paragraphs and tables over pages."""
