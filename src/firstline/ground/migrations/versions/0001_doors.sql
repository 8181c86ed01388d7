-- Roles, row-level security, and every function that may cross tenants: all of them stand in this file (design/data.md).

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'firstline_app') THEN
    BEGIN CREATE ROLE firstline_app NOLOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'firstline_lookup') THEN
    BEGIN CREATE ROLE firstline_lookup NOLOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
  END IF;
  EXECUTE format('GRANT firstline_app, firstline_lookup TO %I', current_user);
END $$;

GRANT USAGE ON SCHEMA public TO firstline_app, firstline_lookup;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO firstline_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO firstline_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO firstline_app;

CREATE FUNCTION current_business() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.business_id', true), '')::uuid;

-- One policy a table. `businesses` and `users` have no business_id of their own.
DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'business_id'
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO firstline_app
      USING (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)
      WITH CHECK (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)', t);
  END LOOP;
END $$;

ALTER TABLE businesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE businesses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON businesses TO firstline_app
  USING (id = nullif(current_setting('app.business_id', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('app.business_id', true), '')::uuid);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY colleagues ON users TO firstline_app
  USING (EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id))
  WITH CHECK (true);

-- firstline_lookup: SELECT on few columns, for the functions below and nothing else.
GRANT SELECT (id, slug, name, status) ON businesses TO firstline_lookup;
GRANT SELECT (id, email, name, password_hash) ON users TO firstline_lookup;
GRANT SELECT (business_id, user_id, role) ON memberships TO firstline_lookup;
GRANT SELECT (business_id, id, conversation_id, state, lease_until, attempts) ON turns TO firstline_lookup;
GRANT SELECT (business_id, id, state, next_try_at) ON outbox TO firstline_lookup;
GRANT SELECT (business_id, id, status, lease_until, created_at) ON kb_ingestion_jobs TO firstline_lookup;
GRANT SELECT (business_id, status, last_message_at, id) ON conversations TO firstline_lookup;
CREATE POLICY lookup ON businesses FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON users FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON memberships FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON turns FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON outbox FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON kb_ingestion_jobs FOR SELECT TO firstline_lookup USING (true);
CREATE POLICY lookup ON conversations FOR SELECT TO firstline_lookup USING (true);

CREATE FUNCTION lookup_business(slug_or_id text) RETURNS TABLE (id uuid, slug text, status text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT b.id, b.slug, b.status FROM businesses b WHERE b.slug = slug_or_id
  UNION ALL SELECT b.id, b.slug, b.status FROM businesses b
    WHERE slug_or_id ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'
      AND b.id = (CASE WHEN slug_or_id ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN slug_or_id END)::uuid
$$;

CREATE FUNCTION lookup_sign_in(mail text) RETURNS TABLE (user_id uuid, name text, password_hash text, business_id uuid, role text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT u.id, u.name, u.password_hash, m.business_id, m.role
  FROM users u JOIN memberships m ON m.user_id = u.id JOIN businesses b ON b.id = m.business_id
  WHERE u.email = lower(mail) AND b.status = 'active' ORDER BY b.name
$$;

CREATE FUNCTION lookup_user(mail text) RETURNS TABLE (user_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT u.id FROM users u WHERE u.email = lower(mail)
$$;

CREATE FUNCTION due_turns(most int) RETURNS TABLE (business_id uuid, turn_id uuid, conversation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT t.business_id, t.id, t.conversation_id FROM turns t
  WHERE t.state IN ('open', 'queued') AND t.lease_until < now() ORDER BY t.lease_until LIMIT most
$$;

CREATE FUNCTION due_outbox(most int) RETURNS TABLE (business_id uuid, due bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT o.business_id, count(*) FROM outbox o WHERE o.state = 'pending' AND o.next_try_at <= now()
  GROUP BY o.business_id ORDER BY min(o.next_try_at) LIMIT most
$$;

CREATE FUNCTION due_ingestion(most int) RETURNS TABLE (business_id uuid, job_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT j.business_id, j.id FROM kb_ingestion_jobs j
  WHERE j.status = 'pending' OR (j.status = 'running' AND j.lease_until < now()) ORDER BY j.created_at LIMIT most
$$;

CREATE FUNCTION idle_conversations(quiet interval, most int) RETURNS TABLE (business_id uuid, conversation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT c.business_id, c.id FROM conversations c
  WHERE c.status = 'active' AND c.last_message_at < now() - quiet ORDER BY c.last_message_at LIMIT most
$$;

CREATE FUNCTION count_businesses() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$ SELECT count(*) FROM businesses $$;

-- Ownership by a role needs its CREATE right on the schema for the moment of the change.
GRANT CREATE ON SCHEMA public TO firstline_lookup;
DO $$
DECLARE f regprocedure;
BEGIN
  FOREACH f IN ARRAY ARRAY['lookup_business(text)', 'lookup_sign_in(text)', 'lookup_user(text)', 'due_turns(int)', 'due_outbox(int)',
                           'due_ingestion(int)', 'idle_conversations(interval,int)', 'count_businesses()']::regprocedure[] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO firstline_lookup', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO firstline_app', f);
  END LOOP;
END $$;

-- Keyword search: `@@` is not leakproof, so under row-level security the GIN index would be skipped. The function
-- belongs to firstline_lookup and reads the tenant only from the transaction's setting.
GRANT SELECT (business_id, id, document_id, tsv, visibility, language) ON kb_chunks TO firstline_lookup;
CREATE POLICY lookup ON kb_chunks FOR SELECT TO firstline_lookup
  USING (business_id = nullif(current_setting('app.business_id', true), '')::uuid);
CREATE FUNCTION kb_keyword_search(query tsquery, most int) RETURNS TABLE (chunk_id uuid, rank real)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT c.id, ts_rank_cd(c.tsv, query, 32) FROM kb_chunks c
  WHERE c.business_id = nullif(current_setting('app.business_id', true), '')::uuid AND c.tsv @@ query
  ORDER BY 2 DESC, c.id LIMIT most
$$;
ALTER FUNCTION kb_keyword_search(tsquery, int) OWNER TO firstline_lookup;
REVOKE CREATE ON SCHEMA public FROM firstline_lookup;
REVOKE ALL ON FUNCTION kb_keyword_search(tsquery, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kb_keyword_search(tsquery, int) TO firstline_app;

-- Events are numbered under the conversation's row lock, so that none is skipped and viewers can resume (design/api.md).
CREATE FUNCTION record_events(conversation uuid, types text[], datas jsonb[], visibles boolean[]) RETURNS bigint
  LANGUAGE plpgsql AS $$
DECLARE
  tenant uuid := current_business();
  n int := cardinality(types);
  last bigint;
BEGIN
  UPDATE conversations SET event_seq = event_seq + n WHERE business_id = tenant AND id = conversation
    RETURNING event_seq INTO STRICT last;
  INSERT INTO events (business_id, conversation_id, seq, type, data, visible_to_customer)
    SELECT tenant, conversation, last - n + i, types[i], datas[i], visibles[i] FROM generate_series(1, n) i;
  RETURN last - n + 1;
END $$;
GRANT EXECUTE ON FUNCTION record_events(uuid, text[], jsonb[], boolean[]), current_business(), kb_text_config(text) TO firstline_app;

-- Jobs: Procrastinate's own tables, in schema jobs. The wake-up is sent after the commit, not by its insert trigger.
GRANT USAGE ON SCHEMA jobs TO firstline_app;
GRANT ALL ON ALL TABLES IN SCHEMA jobs TO firstline_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA jobs TO firstline_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO firstline_app;
DROP TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 ON jobs.procrastinate_jobs;
