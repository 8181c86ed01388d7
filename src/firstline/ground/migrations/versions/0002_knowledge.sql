-- Knowledge (spec §3): sources with a schedule, what was found in documents, what waits for the owner's yes.

ALTER TABLE kb_sources
  ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'failing')),
  ADD COLUMN visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'internal')),
  ADD COLUMN tags jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN secret bytea,                       -- sealed (ground.sealing): Drive's key or token
  ADD COLUMN cursor text,                        -- Drive's change token, the CRM's last look
  ADD COLUMN last_modified text,
  ADD COLUMN last_job_id uuid,
  ADD COLUMN last_error text,                    -- a sentence for the owner
  ADD COLUMN next_refresh_at timestamptz,
  ADD COLUMN deleted_at timestamptz,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE UNIQUE INDEX kb_sources_uri ON kb_sources (business_id, kind, uri) WHERE deleted_at IS NULL;
CREATE INDEX kb_sources_due ON kb_sources (next_refresh_at) WHERE next_refresh_at IS NOT NULL AND deleted_at IS NULL;

ALTER TABLE kb_ingestion_jobs
  ADD COLUMN owner uuid,                         -- the run that holds the lease: another's late write is refused
  ADD COLUMN trigger text NOT NULL DEFAULT 'person' CHECK (trigger IN ('person', 'schedule', 'change')),
  ADD COLUMN progress jsonb NOT NULL DEFAULT '{}', -- {"found", "done", "unchanged", "removed", "current"}
  ADD COLUMN started_at timestamptz,
  ADD COLUMN created_by uuid;
ALTER TABLE kb_ingestion_jobs DROP CONSTRAINT kb_ingestion_jobs_source_check;
ALTER TABLE kb_ingestion_jobs ADD CONSTRAINT kb_ingestion_jobs_source_check
  CHECK (source IN ('upload', 'url', 'drive', 'crm', 'profile', 'faq', 'push', 'reindex'));
CREATE INDEX kb_ingestion_jobs_open ON kb_ingestion_jobs (created_at) WHERE status IN ('pending', 'running');
CREATE INDEX kb_ingestion_jobs_files ON kb_ingestion_jobs (completed_at) WHERE input ? 'files' OR input ? 'documents';

ALTER TABLE kb_source_documents DROP CONSTRAINT kb_source_documents_source_type_check;
ALTER TABLE kb_source_documents
  ADD CONSTRAINT kb_source_documents_source_type_check CHECK (source_type IN ('pdf', 'html', 'faq', 'ticket_summary', 'docx', 'xlsx',
    'pptx', 'odt', 'markdown', 'text', 'csv', 'email', 'image', 'profile', 'page')),
  ADD COLUMN etag text,
  ADD COLUMN last_modified text,
  ADD COLUMN object_key text,                    -- the stored file, deleted with the row
  ADD COLUMN effective_date date,
  ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(), -- when its source last had it
  ADD COLUMN seen_by uuid,                       -- the job that saw it: what a whole run has not seen is gone
  ADD COLUMN deleted_by text CHECK (deleted_by IN ('person', 'source'));
CREATE INDEX kb_source_documents_source ON kb_source_documents (business_id, source_id) WHERE deleted_at IS NULL;
CREATE INDEX kb_source_documents_text ON kb_source_documents (business_id, content_hash) WHERE deleted_at IS NULL;
CREATE INDEX kb_source_documents_bin ON kb_source_documents (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX kb_source_documents_external ON kb_source_documents (business_id, external_id)
  WHERE external_id IS NOT NULL AND deleted_at IS NULL;

-- What the filters found in a document, and where two documents disagree. `fingerprint` keeps the owner's decision
-- over the next reading of the same words.
CREATE TABLE kb_findings (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  document_id uuid NOT NULL,
  other_document_id uuid,
  kind text NOT NULL CHECK (kind IN ('personal_data', 'secret', 'injection', 'contradiction')),
  action text NOT NULL CHECK (action IN ('flagged', 'redacted')),
  severity text NOT NULL DEFAULT 'warning' CHECK (severity IN ('info', 'warning', 'danger')),
  fingerprint bytea NOT NULL,
  excerpt text NOT NULL DEFAULT '',              -- what was found is masked in it
  detail jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'allowed', 'dismissed')),
  decided_by uuid,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, document_id, fingerprint),
  FOREIGN KEY (business_id, document_id) REFERENCES kb_source_documents ON DELETE CASCADE,
  FOREIGN KEY (business_id, other_document_id) REFERENCES kb_source_documents ON DELETE CASCADE
);
CREATE INDEX kb_findings_open ON kb_findings (business_id, created_at) WHERE state = 'open';

-- Prices read from documents, so that a new document is compared without reading the others again.
CREATE TABLE kb_price_mentions (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  document_id uuid NOT NULL,
  n int NOT NULL,
  subject jsonb NOT NULL,
  thing text NOT NULL GENERATED ALWAYS AS (md5(subject::text)) STORED,   -- the subject, to look for: jsonb's own equality is not leakproof
  label text NOT NULL,
  unit text NOT NULL,
  shape text NOT NULL CHECK (shape IN ('exact', 'range', 'from', 'up_to', 'about')),
  low numeric NOT NULL,
  high numeric NOT NULL,
  sentence text NOT NULL,
  section text NOT NULL DEFAULT '',
  PRIMARY KEY (business_id, document_id, n),
  FOREIGN KEY (business_id, document_id) REFERENCES kb_source_documents ON DELETE CASCADE
);
CREATE INDEX kb_price_mentions_thing ON kb_price_mentions (business_id, thing);

-- Question-answer drafts out of what people answered: never used before the owner says yes.
CREATE TABLE kb_drafts (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  question text NOT NULL CHECK (length(question) BETWEEN 1 AND 2000),
  answer text NOT NULL CHECK (length(answer) BETWEEN 1 AND 10000),
  language text NOT NULL DEFAULT 'en',
  origin text NOT NULL CHECK (origin IN ('ticket', 'chat')),
  origin_id uuid NOT NULL,
  made_by text NOT NULL CHECK (made_by IN ('llm', 'extraction')),
  nearest_question text,
  nearest_score real,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'dismissed', 'duplicate')),
  faq_id uuid,
  job_id uuid,
  decided_by uuid,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, origin, origin_id, question)
);
CREATE INDEX kb_drafts_pending ON kb_drafts (business_id, created_at) WHERE state = 'pending';

-- Replies an agent picks by `/shortcut`; those with `answers` are also found by the assistant, by their title, and said as written.
CREATE TABLE canned_replies (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  shortcut text NOT NULL CHECK (shortcut ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
  language text NOT NULL DEFAULT 'en',
  tags jsonb NOT NULL DEFAULT '[]',
  answers boolean NOT NULL DEFAULT false,
  document_id uuid,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);
CREATE UNIQUE INDEX canned_replies_shortcut ON canned_replies (business_id, shortcut, language) WHERE deleted_at IS NULL;

-- What a website says of the business (schema.org and page text), to be confirmed by the owner.
CREATE TABLE kb_profile_proposals (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  source_id uuid,
  job_id uuid,
  url text NOT NULL,
  proposal jsonb NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'dismissed')),
  decided_by uuid,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);

-- Which model's vectors answer. While `building` is filled beside it, `active` goes on answering; then they switch.
CREATE TABLE kb_models (
  business_id uuid PRIMARY KEY REFERENCES businesses ON DELETE CASCADE,
  active text NOT NULL,
  building text,
  former text,                                   -- its vectors answer queries that began before the switch, then they go
  started_at timestamptz,
  done int NOT NULL DEFAULT 0,
  total int NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Businesses that have vectors already go on with the model that made them.
ALTER TABLE kb_embeddings NO FORCE ROW LEVEL SECURITY;
INSERT INTO kb_models (business_id, active) SELECT business_id, min(embedding_model) FROM kb_embeddings GROUP BY business_id;
ALTER TABLE kb_embeddings FORCE ROW LEVEL SECURITY;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['kb_findings', 'kb_price_mentions', 'kb_drafts', 'canned_replies', 'kb_profile_proposals', 'kb_models'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO firstline_app
      USING (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)
      WITH CHECK (business_id = nullif(current_setting(''app.business_id'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO firstline_app', t);
  END LOOP;
END $$;
