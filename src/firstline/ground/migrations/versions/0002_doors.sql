-- Sweeps that cross tenants: which sources are due, which deleted documents are to be purged. Ids only.
GRANT SELECT (business_id, id, next_refresh_at, deleted_at, state) ON kb_sources TO firstline_lookup;
GRANT SELECT (business_id, id, deleted_at) ON kb_source_documents TO firstline_lookup;
GRANT SELECT (business_id, active, building, former, updated_at) ON kb_models TO firstline_lookup;
CREATE POLICY lookup ON kb_sources FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON kb_source_documents FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON kb_models FOR SELECT TO firstline_lookup USING (true);
GRANT CREATE ON SCHEMA public TO firstline_lookup;

CREATE FUNCTION due_sources(most int) RETURNS TABLE (business_id uuid, source_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT s.business_id, s.id FROM kb_sources s
  WHERE s.next_refresh_at <= now() AND s.deleted_at IS NULL AND s.state <> 'paused' ORDER BY s.next_refresh_at LIMIT most
$$;

CREATE FUNCTION due_purges(before timestamptz, most int) RETURNS TABLE (business_id uuid, document_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT d.business_id, d.id FROM kb_source_documents d WHERE d.deleted_at < before ORDER BY d.deleted_at LIMIT most
$$;

-- Jobs that ended long ago and still name stored files (the predicate is the index's, kb_ingestion_jobs_files).
GRANT SELECT (completed_at, input) ON kb_ingestion_jobs TO firstline_lookup;
CREATE FUNCTION due_files(before timestamptz, most int) RETURNS TABLE (business_id uuid, job_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT j.business_id, j.id FROM kb_ingestion_jobs j WHERE j.completed_at < before AND (j.input ? 'files' OR j.input ? 'documents')
  ORDER BY j.completed_at LIMIT most
$$;

-- Businesses whose vectors are not those of `wanted`, or whose change to it is under way.
CREATE FUNCTION due_embeddings(wanted text, most int) RETURNS TABLE (business_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT m.business_id FROM kb_models m WHERE m.active <> wanted OR m.building IS NOT NULL
    OR (m.former IS NOT NULL AND m.updated_at < now() - interval '1 minute') ORDER BY m.updated_at LIMIT most
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOREACH f IN ARRAY ARRAY['due_sources(int)', 'due_purges(timestamptz,int)', 'due_files(timestamptz,int)', 'due_embeddings(text,int)']::regprocedure[] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO firstline_lookup', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO firstline_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM firstline_lookup;
