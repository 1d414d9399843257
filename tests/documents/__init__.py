"""Generators of documents: the plans of raw_docs/ and tables of our own, typeset in every format that is read."""
