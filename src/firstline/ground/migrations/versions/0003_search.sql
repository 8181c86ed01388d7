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
