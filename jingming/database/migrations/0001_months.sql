-- History and audit in monthly partitions. PostgreSQL 15 and newer, no extension.

CREATE FUNCTION jingming_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Write a further line that sets the earlier one right.';
END
$$;

-- The column by which a table is partitioned; an error for any table but those that this schema's owner partitioned
-- by the range of one time column.
CREATE FUNCTION jingming_month_key(parent regclass) RETURNS name
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found name;
BEGIN
    SELECT a.attname INTO found
    FROM pg_class c
    JOIN pg_partitioned_table p ON p.partrelid = c.oid AND p.partstrat = 'r' AND p.partnatts = 1
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND a.atttypid = 'timestamptz'::regtype
    WHERE c.oid = parent AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
      AND NOT c.relispartition;
    IF found IS NULL THEN
        RAISE EXCEPTION '% is not kept by months', parent USING ERRCODE = 'wrong_object_type';
    END IF;
    RETURN found;
END
$$;

-- What a new partitioned table needs once: the partition for rows that no month takes, and the refusals.
CREATE FUNCTION jingming_prepare_months(parent regclass, append_only boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    schema_name name;
    table_name name;
BEGIN
    PERFORM public.jingming_month_key(parent);
    SELECT n.nspname, c.relname INTO schema_name, table_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', schema_name, table_name || '_default', parent);
    IF append_only THEN
        -- The row trigger reaches every partition by itself, the one against TRUNCATE has to be put on each.
        EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %s '
                       'FOR EACH ROW EXECUTE FUNCTION public.jingming_refuse_change()', parent);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.jingming_refuse_change()', parent);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.jingming_refuse_change()',
                       schema_name, table_name || '_default');
    END IF;
END
$$;

-- See that every month from first to last has its partition; the number of those made now. Months are those of UTC.
-- Rows of such a month that meanwhile went to the default partition are moved. May be called by several at once; not
-- inside a transaction that has written to the table.
CREATE FUNCTION jingming_ensure_months(parent regclass, first date, last date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    key name := public.jingming_month_key(parent);
    schema_name name;
    table_name name;
    columns text;
    fallback regclass;
    part text;
    month timestamptz;
    following timestamptz;
    stray boolean := false;
    made integer := 0;
BEGIN
    IF first > last OR first < '1970-01-01' OR last > now() + interval '5 years' THEN
        RAISE EXCEPTION 'months from % to % cannot be meant', first, last
            USING ERRCODE = 'invalid_parameter_value', HINT = 'From 1970 to five years ahead, the earlier day first.';
    END IF;
    SELECT n.nspname, c.relname INTO schema_name, table_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
    SELECT partdefid INTO fallback FROM pg_partitioned_table WHERE partrelid = parent;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    month := date_trunc('month', first::timestamptz);
    WHILE month <= last::timestamptz LOOP
        following := month + interval '1 month';
        part := format('%I.%I', schema_name, table_name || to_char(month, '_YYYY_MM'));
        IF to_regclass(part) IS NULL THEN
            -- Where nobody writes yet, others may go on; one who meanwhile adds to a month of the past would be refused
            -- by the default partition, so there everybody waits a moment. The parent is locked before its parts, as
            -- by everybody else, or two would wait for each other.
            EXECUTE format('LOCK TABLE ONLY %s IN %s MODE', parent,
                           CASE WHEN month <= now() THEN 'ACCESS EXCLUSIVE' ELSE 'SHARE UPDATE EXCLUSIVE' END);
        END IF;
        IF to_regclass(part) IS NULL THEN
            -- Made aside and attached: PARTITION OF would always have everybody wait.
            EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED '
                           'INCLUDING STORAGE INCLUDING COMPRESSION)', part, parent);
            IF fallback IS NOT NULL THEN
                EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', fallback);
                EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %L AND %I < %L)',
                               fallback, key, month, key, following) INTO stray;
                IF stray THEN
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', fallback);
                    EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %I >= %L AND %I < %L RETURNING %s) '
                                   'INSERT INTO %s (%s) SELECT %s FROM gone',
                                   fallback, key, month, key, following, columns, part, columns, columns);
                    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', fallback);
                END IF;
            END IF;
            EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
                           parent, part, month, following);
            IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent AND tgname = 'refuse_truncate') THEN
                EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s '
                               'FOR EACH STATEMENT EXECUTE FUNCTION public.jingming_refuse_change()', part);
            END IF;
            made := made + 1;
        END IF;
        month := following;
    END LOOP;
    RETURN made;
END
$$;

REVOKE EXECUTE ON FUNCTION jingming_ensure_months(regclass, date, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION jingming_prepare_months(regclass, boolean) FROM PUBLIC;
