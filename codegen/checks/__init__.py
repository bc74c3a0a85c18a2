"""What the shapes of the models cannot say: names that must agree, inside a file and between."""

from codegen.checks.extract import check_extract
from codegen.checks.feed import check_between_feeds, check_feed
from codegen.checks.finding import Finding
from codegen.checks.source import check_source

__all__ = ["Finding", "check_between_feeds", "check_extract", "check_feed", "check_source"]
