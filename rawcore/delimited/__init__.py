"""Bytes in, COPY text out; knows neither network nor database."""
