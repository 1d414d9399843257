"""What people decide about values that were read: kept for good, applied again after every reading."""
