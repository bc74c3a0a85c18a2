"""The demo and its feed: plausible files of a source, generated from its contracts alone."""
