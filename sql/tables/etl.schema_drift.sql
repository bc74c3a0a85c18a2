CREATE TABLE etl.schema_drift (
    drift_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    extract text NOT NULL REFERENCES etl.extracts ON DELETE CASCADE,
    load_run_file_id bigint NOT NULL,
    date_extracted timestamptz NOT NULL,
    fields bigint NOT NULL,
    headings text[],
    change text NOT NULL,
    proposal text,
    evidence jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('proposed', 'accepted', 'declined')),
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decision_reason text
);
CREATE UNIQUE INDEX schema_drift_proposed_idx ON etl.schema_drift (extract) WHERE status = 'proposed';
COMMENT ON TABLE etl.schema_drift IS
    'Proposed contract edits for drifted files, and the decisions about them. A row changes no contract by itself.';
COMMENT ON COLUMN etl.schema_drift.drift_id IS 'The proposal.';
COMMENT ON COLUMN etl.schema_drift.extract IS 'The extract; at most one of its proposals is open.';
COMMENT ON COLUMN etl.schema_drift.load_run_file_id IS 'The oldest file that failed because of this drift; its first rows were read for the proposal.';
COMMENT ON COLUMN etl.schema_drift.date_extracted IS 'DateExtracted of that file.';
COMMENT ON COLUMN etl.schema_drift.fields IS 'Number of fields in the rows of that file.';
COMMENT ON COLUMN etl.schema_drift.headings IS 'Headings of that file; NULL: it has none.';
COMMENT ON COLUMN etl.schema_drift.change IS 'What changed, or why nothing could be proposed.';
COMMENT ON COLUMN etl.schema_drift.proposal IS 'The edit of the contract as a diff; NULL: there is none.';
COMMENT ON COLUMN etl.schema_drift.evidence IS 'The facts behind the proposal: counts and types, never values.';
COMMENT ON COLUMN etl.schema_drift.status IS 'proposed, accepted or declined.';
COMMENT ON COLUMN etl.schema_drift.proposed_at IS 'When it was proposed.';
COMMENT ON COLUMN etl.schema_drift.proposed_by IS 'Login that asked for it.';
COMMENT ON COLUMN etl.schema_drift.decided_at IS 'When it was decided.';
COMMENT ON COLUMN etl.schema_drift.decided_by IS 'Login that decided.';
COMMENT ON COLUMN etl.schema_drift.decision_reason IS 'Why it was decided so.';
