"""Checks that the models cannot express: names that must agree, in one file and between files."""

from codegen.contract.checks.extract import check_extract
from codegen.contract.checks.feed import check_between_feeds, check_feed
from codegen.contract.checks.finding import Finding
from codegen.contract.checks.source import check_source

__all__ = ["Finding", "check_between_feeds", "check_extract", "check_feed", "check_source"]
