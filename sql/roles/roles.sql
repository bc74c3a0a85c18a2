-- The four group roles of rawcore. Logins are granted one of them; none of them can log in.
-- Roles belong to the whole server, so another database of it may have made them already.
DO $roles$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['etl_owner', 'etl_writer', 'etl_auditor', 'app_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                RAISE NOTICE 'role % was made meanwhile', v_role;
            END;
        END IF;
    END LOOP;
    -- Who migrates has to be a member of the owner to create the owner's schemas.
    IF NOT pg_catalog.pg_has_role(current_user, 'etl_owner', 'SET') THEN
        EXECUTE format('GRANT etl_owner TO %I', current_user);
    END IF;
END;
$roles$;
