"""The demo and its feed: plausible files of a source, made from its contracts alone."""
