"""Word: DOCX, and what LibreOffice converts to it."""
