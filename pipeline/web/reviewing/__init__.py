"""What the review page and the interface for corrections share: reading a form, proposing a target from marked text."""
