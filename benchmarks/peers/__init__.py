"""Other tools beside `dedup`: how each is driven, the process it runs in, and where it is installed."""
