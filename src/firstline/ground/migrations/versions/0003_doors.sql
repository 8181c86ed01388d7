-- The function of search that may read by an index that row-level security hides (design/data.md: doors stand by themselves).
-- `@@` is not leakproof, so under row-level security the GIN index would be skipped. The function belongs to
-- firstline_lookup and reads the tenant only from the transaction's setting.
GRANT SELECT ON kb_words TO firstline_lookup;
GRANT SELECT (metadata, generation, visibility, effective_date) ON kb_source_documents TO firstline_lookup;
CREATE POLICY lookup ON kb_words FOR SELECT TO firstline_lookup
  USING (business_id = nullif(current_setting('app.business_id', true), '')::uuid);
GRANT CREATE ON SCHEMA public TO firstline_lookup;

-- Okapi BM25 (k1, b as keywords.py) of the distinct `terms` over all live chunks of the business; of those that may be seen,
-- the best `most`, in one language. One row at least: `size`, `mean` length and `dfs` are the whole corpus's; chunk_id may be null.
-- tf is the number of a lexeme's positions, read back from ts_rank: sum of 1/k^2 up to tf over pi^2/6, whose tail is 1/(tf + 1/2).
CREATE FUNCTION kb_bm25(terms text[], spoken text, most int, k1 float8, b float8, only_public boolean, wanted text[], day date)
  RETURNS TABLE (chunk_id uuid, score float8, size bigint, mean float8, dfs bigint[])
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET jit = off AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.business_id', true), '')::uuid;
  ranks text := '';
  counts text := '0::bigint';
  total text := '0::float8';
  query text := '';
BEGIN
  FOR i IN 1 .. cardinality(terms) LOOP
    -- a lexeme of ours has no quote or backslash; one that had is quoted all the same
    query := query || CASE WHEN i > 1 THEN '|' ELSE '' END || quote_literal(replace(terms[i], E'\\', E'\\\\'));
    ranks := ranks || format(', ts_rank(''{1,1,1,1}''::real[], w.tsv, %L::tsquery)::float8 AS r%s',
      quote_literal(replace(terms[i], E'\\', E'\\\\')), i);
    counts := CASE WHEN i > 1 THEN counts || ',' ELSE '' END || format('count(*) FILTER (WHERE r%s > 0)', i);
    total := total || format(' + CASE WHEN r%1$s > 0 THEN d.idf[%1$s] * t%1$s * ($7 + 1) / (t%1$s + norm) ELSE 0 END', i);
  END LOOP;
  IF cardinality(terms) = 0 THEN
    RETURN QUERY SELECT NULL::uuid, NULL::float8, count(*), coalesce(avg(w.length), 0)::float8, '{}'::bigint[]
      FROM kb_words w JOIN kb_source_documents d ON d.business_id = w.business_id AND d.id = w.document_id
      WHERE w.business_id = tenant AND d.deleted_at IS NULL AND w.generation = coalesce((d.metadata->>'ready')::int, d.generation);
    RETURN;
  END IF;
  RETURN QUERY EXECUTE format($q$
    WITH docs AS MATERIALIZED (
      SELECT d.id, coalesce((d.metadata->>'ready')::int, d.generation) AS ready,
        ($4 IS FALSE OR d.visibility = 'public') AND coalesce(d.effective_date <= $6, true) AS open
      FROM kb_source_documents d WHERE d.business_id = $1 AND d.deleted_at IS NULL),
    whole AS MATERIALIZED (SELECT count(*) AS n, coalesce(avg(w.length), 0)::float8 AS mean
      FROM kb_words w JOIN docs ON docs.id = w.document_id AND docs.ready = w.generation WHERE w.business_id = $1),
    hit AS MATERIALIZED (SELECT w.chunk_id, w.length::float8 AS length, w.language = $3 AND docs.open AND ($4 IS FALSE OR w.visibility = 'public')
        AND ($5 IS NULL OR w.tags && $5) AS open %1$s
      FROM kb_words w JOIN docs ON docs.id = w.document_id AND docs.ready = w.generation
      WHERE w.business_id = $1 AND w.tsv @@ $2),
    df AS (SELECT ARRAY[%2$s] AS of FROM hit),
    d AS (SELECT df.of, whole.n, whole.mean, ARRAY(SELECT ln(1 + (whole.n - x + 0.5::float8) / (x + 0.5::float8))
        FROM unnest(df.of) WITH ORDINALITY u(x, place) ORDER BY place) AS idf FROM df, whole),
    best AS (SELECT tf.chunk_id, round((%3$s) * 10000) / 10000 AS s FROM d,
        LATERAL (SELECT $7 * (1 - $8 + $8 * h.length / d.mean) AS norm %4$s, h.* FROM hit h WHERE h.open) tf
      ORDER BY s DESC, tf.chunk_id LIMIT $9)
    SELECT best.chunk_id, best.s, d.n, d.mean, d.of FROM d LEFT JOIN best ON true ORDER BY best.s DESC, best.chunk_id
  $q$, ranks, counts, total,
    (SELECT string_agg(format(', round(1 / greatest(1.6449340668482264 * (1 - r%1$s), 0.0039) - 0.5) AS t%1$s', i), '') FROM generate_series(1, cardinality(terms)) i))
  USING tenant, query::tsquery, spoken, only_public, wanted, day, k1, b, most;
END $$;
ALTER FUNCTION kb_bm25(text[], text, int, float8, float8, boolean, text[], date) OWNER TO firstline_lookup;
REVOKE CREATE ON SCHEMA public FROM firstline_lookup;
REVOKE ALL ON FUNCTION kb_bm25(text[], text, int, float8, float8, boolean, text[], date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kb_bm25(text[], text, int, float8, float8, boolean, text[], date) TO firstline_app;
