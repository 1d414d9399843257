"""Leave one document out: what the second reader, the rules, and both together reach on a document that the model has not seen."""
