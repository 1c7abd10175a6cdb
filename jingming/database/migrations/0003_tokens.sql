-- Finding by fragments without an extension: what of a text an inverted index holds. PostgreSQL 15 and newer, UTF-8.

-- The tokens of a text: each run of Latin letters and digits whole and small, of each run of other letters (ideographs
-- above all) every two neighbours. 桂花苑12-2-601 is {桂花,花苑,12,2,601}. A letter that stands alone gives none.
-- `jingming.base.tokens` says the same of what somebody types, and a test compares them.
--
-- From within: what is no letter becomes a space; each letter is written twice with a space between, so that neighbours
-- come to stand together; runs get room; letters alone go. Letters are named by their code points, because an index
-- must not depend on the libraries of the server. The cost is what makes the planner ask the index, never every row.
CREATE FUNCTION jingming_tokens(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN string_to_array(btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    translate(normalize(words, NFKC), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') COLLATE "C",
    '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u2bff\u2e00-\u3004\u3008-\u303f\ufe00-\uffff]+', ' ', 'g'),
    '([^ a-z0-9])', '\1 \1', 'g'),
    '([a-z0-9]+)', ' \1 ', 'g'),
    '(^| )[^ a-z0-9](?= |$)', '', 'g'),
    ' +', ' ', 'g')), ' ');

-- The tokens of a text together with the places it belongs to, as {@12,@340}: one index then knows what and where, and
-- somebody who works for one city does not pay for what is called the same in all others.
CREATE FUNCTION jingming_tokens_at(words text, province bigint, city bigint, district bigint) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
RETURN jingming_tokens(words) || array_remove(
    ARRAY['@' || province::text, '@' || city::text, '@' || district::text], NULL);

-- Initials with the places they belong to, as {zxl,at12,at340}; an index over it finds beginnings. In plpgsql, because
-- the planner would write a function in SQL out, and with it forget the cost.
CREATE FUNCTION jingming_initials_at(initials text[], province bigint, city bigint, district bigint) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN array_to_tsvector(initials || array_remove(
        ARRAY['at' || province::text, 'at' || city::text, 'at' || district::text], NULL));
END
$$;

-- The elements that stand in more than so many rows and in how many, {element: rows}, by the statistics of an index over
-- `jingming_tokens_at` or of an array column. The app may not read those of an index itself, and has to know what it
-- must not look up.
CREATE FUNCTION jingming_common_elements(relation text, attribute text, more_than real) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(element, (share * rows)::bigint)
                    FILTER (WHERE element IS NOT NULL AND share * rows > more_than), '{}')
    FROM (
        SELECT s.most_common_elems::text::text[] AS elements, s.most_common_elem_freqs AS shares,
            (SELECT coalesce(t.reltuples, c.reltuples) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
             LEFT JOIN pg_class t ON t.oid = i.indrelid
             WHERE c.relname = s.tablename AND c.relnamespace = 'public'::regnamespace) AS rows
        FROM pg_stats s WHERE s.schemaname = 'public' AND s.tablename = relation AND s.attname = attribute
    ) AS known, unnest(elements, shares) AS of_them (element, share)
$$;
REVOKE EXECUTE ON FUNCTION jingming_common_elements(text, text, real) FROM PUBLIC;
