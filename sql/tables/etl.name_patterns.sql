CREATE TABLE etl.name_patterns (
    source text NOT NULL REFERENCES etl.sources ON DELETE CASCADE,
    pattern_no integer NOT NULL,
    template text NOT NULL,
    regex text NOT NULL,
    PRIMARY KEY (source, pattern_no)
);
COMMENT ON TABLE etl.name_patterns IS 'The patterns of file names of a source; the first one that matches is used.';
COMMENT ON COLUMN etl.name_patterns.source IS 'The feed.';
COMMENT ON COLUMN etl.name_patterns.pattern_no IS 'Order in which patterns are tried, from 1.';
COMMENT ON COLUMN etl.name_patterns.template IS 'The pattern as the contract writes it.';
COMMENT ON COLUMN etl.name_patterns.regex IS 'The pattern as a regular expression with one group per part.';
