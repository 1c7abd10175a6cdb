-- Erasing of a person in what only grows. The app's role may call the function, and can by it only put the mark where
-- words stood, in lines of a request that a second person has approved.

-- As before, but for one thing: while that function runs, words of history lines may become the mark. Nothing else of
-- the line may change, and no line of the audit at all.
CREATE OR REPLACE FUNCTION jingming_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    words text[] := ARRAY['text', 'why', 'facts'];
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jingming.erasing', true) = 'on'
        AND TG_TABLE_NAME ~ '^(workorders_history|customers_change)(_|$)' THEN
        IF to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Write a further line that sets the earlier one right.';
END
$$;

-- JSON with every text in it replaced by the mark, but for those under one of the keys; forms become empty.
CREATE FUNCTION jingming_erased(facts jsonb, kept text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE jsonb_typeof(facts)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, CASE
                WHEN key = ANY (kept) THEN value
                WHEN key = 'form' THEN '[{}, {}]'
                ELSE public.jingming_erased(value, kept) END), '{}')
            FROM jsonb_each(facts))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(public.jingming_erased(value, kept) ORDER BY place), '[]')
            FROM jsonb_array_elements(facts) WITH ORDINALITY AS element (value, place))
        WHEN 'string' THEN CASE WHEN facts = '""' THEN facts ELSE to_jsonb('⟪erased⟫'::text) END
        ELSE facts END;
END
$$;

-- Erase the lines about the person of an approved request; how many there were.
CREATE FUNCTION jingming_erase_lines(request bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mark text := '⟪erased⟫';
    asked public.persons_request;
    archives bigint[];
    touched bigint;
    lines bigint := 0;
BEGIN
    SELECT * INTO asked FROM public.persons_request WHERE id = request FOR UPDATE;
    IF asked.id IS NULL OR asked.kind <> 'erase' OR asked.state <> 'approved' OR asked.decided_by_id IS NULL
        OR asked.decided_by_id = asked.asked_by_id THEN
        RAISE EXCEPTION 'request % is not approved', request USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT array_agg(id) INTO archives FROM public.customers_customer
    WHERE id = asked.customer_id OR merged_into_id = asked.customer_id;

    PERFORM set_config('jingming.erasing', 'on', true);
    UPDATE public.workorders_history
    SET text = CASE text WHEN '' THEN '' ELSE mark END,
        facts = public.jingming_erased(facts, ARRAY[
            'status', 'step', 'verified', 'category', 'level', 'waiting_for', 'held_until', 'arrived_at', 'kind',
            'result', 'began_at', 'handled_at', 'number', 'state', 'resolved_by'])
    WHERE order_id = ANY (asked.orders);
    GET DIAGNOSTICS touched = ROW_COUNT;
    lines := lines + touched;
    UPDATE public.customers_change
    SET why = CASE why WHEN '' THEN '' ELSE mark END,
        facts = public.jingming_erased(facts, ARRAY['account_number', 'bought_on', 'relation', 'device_kind'])
    WHERE customer_id = ANY (archives);
    GET DIAGNOSTICS touched = ROW_COUNT;
    lines := lines + touched;
    UPDATE public.customers_note SET text = mark WHERE customer_id = ANY (archives);
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM set_config('jingming.erasing', '', true);
    RETURN lines + touched;
END
$$;

REVOKE EXECUTE ON FUNCTION jingming_erase_lines(bigint) FROM PUBLIC;
