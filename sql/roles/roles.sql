-- The four group roles of rawcore. None of them can log in; they are granted to logins.
-- Roles belong to the whole server, so another database on it may have created them already.
DO $roles$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['etl_owner', 'etl_writer', 'etl_auditor', 'app_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                RAISE NOTICE 'role % was created by another session', v_role;
            END;
        END IF;
    END LOOP;
    -- The login that migrates has to be a member of etl_owner to create its schemas.
    IF NOT pg_catalog.pg_has_role(current_user, 'etl_owner', 'SET') THEN
        EXECUTE format('GRANT etl_owner TO %I', current_user);
    END IF;
END;
$roles$;
