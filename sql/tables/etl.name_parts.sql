CREATE TABLE etl.name_parts (
    source text NOT NULL,
    pattern_no integer NOT NULL,
    part_no integer NOT NULL,
    part text NOT NULL,
    digits_regex text,
    iso_template text,
    PRIMARY KEY (source, pattern_no, part_no),
    FOREIGN KEY (source, pattern_no) REFERENCES etl.name_patterns ON DELETE CASCADE
);
COMMENT ON TABLE etl.name_parts IS 'What each group of a name pattern means.';
COMMENT ON COLUMN etl.name_parts.source IS 'The feed.';
COMMENT ON COLUMN etl.name_parts.pattern_no IS 'The pattern.';
COMMENT ON COLUMN etl.name_parts.part_no IS 'Number of the group, from 1.';
COMMENT ON COLUMN etl.name_parts.part IS 'file_type, kind, date_from, date_to, date_extracted or a tenant column.';
COMMENT ON COLUMN etl.name_parts.digits_regex IS 'For a date: splits its digits into groups.';
COMMENT ON COLUMN etl.name_parts.iso_template IS 'For a date: arranges the groups as YYYY-MM-DD HH:MM:SS.';
