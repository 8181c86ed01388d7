-- Keyword search by our own stems (docs/decisions/0009): real BM25 from the database alone, by the terms that the memory has.

DROP FUNCTION kb_keyword_search(tsquery, int);
DROP INDEX kb_chunks_tsv;
DROP POLICY lookup ON kb_chunks;
REVOKE SELECT (business_id, id, document_id, tsv, visibility, language) ON kb_chunks FROM firstline_lookup;
ALTER TABLE kb_chunks DROP COLUMN tsv;
DROP FUNCTION kb_text_config(text);

-- A narrow row a chunk: what search filters by, and its stems with as many positions as it has of each (at most 255).
CREATE TABLE kb_words (
  business_id uuid NOT NULL,
  chunk_id uuid NOT NULL,
  document_id uuid NOT NULL,
  generation int NOT NULL,
  language text NOT NULL,
  visibility text NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  faq boolean NOT NULL,
  length int NOT NULL,                           -- stems, repeated ones counted
  tsv tsvector NOT NULL,
  PRIMARY KEY (business_id, chunk_id),
  FOREIGN KEY (business_id, chunk_id) REFERENCES kb_chunks ON DELETE CASCADE
);
-- No pending list: it would be read whole by each search until a vacuum.
CREATE INDEX kb_words_tsv ON kb_words USING gin (business_id, tsv) WITH (fastupdate = off);

-- Every stem that a chunk of this business has or had, for spelling. Which of them are in use, kb_bm25 tells.
CREATE TABLE kb_vocabulary (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  term text NOT NULL,
  PRIMARY KEY (business_id, term)
);

-- The cold path reads these alone, not the vectors of sentences between them.
CREATE INDEX kb_embeddings_chunks ON kb_embeddings (business_id, embedding_model) WHERE part = 0;

-- A chunk that is given another face is searched by it at once.
CREATE FUNCTION kb_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE kb_words SET visibility = NEW.visibility, language = NEW.language,
    tags = ARRAY(SELECT jsonb_array_elements_text(coalesce(NEW.metadata->'tags', '[]')))
  WHERE business_id = NEW.business_id AND chunk_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER kb_words_follow AFTER UPDATE OF visibility, language, metadata ON kb_chunks FOR EACH ROW
  WHEN (OLD.visibility <> NEW.visibility OR OLD.language <> NEW.language OR OLD.metadata->'tags' IS DISTINCT FROM NEW.metadata->'tags')
  EXECUTE FUNCTION kb_words_follow();

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['kb_words', 'kb_vocabulary'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO firstline_app
      USING (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)
      WITH CHECK (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO firstline_app', t);
  END LOOP;
END $$;

-- The `most` nearest chunks that may be seen, exactly: `+ 0` keeps any vector index out (a shared one loses recall under a tenant
-- filter). One scan of the tenant's chunk vectors hashed to what may be seen; the planner, which takes the visible chunks
-- for few, would look each of them up by itself: 220 ms instead of 70 at 50,000.
CREATE FUNCTION kb_nearest(wanted_vector halfvec, model text, most int, only_public boolean, wanted text[], day date)
  RETURNS TABLE (chunk_id uuid) LANGUAGE plpgsql STABLE
  SET enable_nestloop = off SET jit = off SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
  WITH docs AS MATERIALIZED (
    SELECT d.id, coalesce((d.metadata->>'ready')::int, d.generation) AS ready FROM kb_source_documents d
    WHERE d.business_id = current_business() AND d.deleted_at IS NULL AND (only_public IS FALSE OR d.visibility = 'public')
      AND coalesce(d.effective_date <= day, true)),
  seen AS MATERIALIZED (
    SELECT w.chunk_id AS id FROM kb_words w JOIN docs ON docs.id = w.document_id AND docs.ready = w.generation
    WHERE w.business_id = current_business() AND (only_public IS FALSE OR w.visibility = 'public') AND (wanted IS NULL OR w.tags && wanted))
  SELECT e.chunk_id FROM kb_embeddings e JOIN seen ON seen.id = e.chunk_id
  WHERE e.business_id = current_business() AND e.part = 0 AND e.embedding_model = model
  ORDER BY (e.e <#> wanted_vector) + 0, e.chunk_id LIMIT most;
END $$;
GRANT EXECUTE ON FUNCTION kb_nearest(halfvec, text, int, boolean, text[], date) TO firstline_app;
