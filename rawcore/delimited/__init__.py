"""Turns bytes into COPY text; it uses neither network nor database."""
