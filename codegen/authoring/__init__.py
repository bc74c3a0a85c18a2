"""For authors of contracts: drafts, proposals, other formats, dictionary and reference."""
