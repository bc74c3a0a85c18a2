"""The SQL is in 0001_initial/apply.sql, the way back in rollback.sql."""

from yoyo import step

from codegen.migration.migrate import sql_files

__depends__ = {}

steps = [step(*sql_files(__file__))]
