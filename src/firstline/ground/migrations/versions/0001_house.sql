-- The house: every table of the first version, its policies and its roles.
-- Tenant tables: primary key (business_id, id), foreign keys with business_id, row-level security forced (design/data.md).

CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- ---------------------------------------------------------------- tenancy
CREATE TABLE businesses (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63),
  timezone text NOT NULL,
  primary_contact_user_id uuid,
  industry text NOT NULL DEFAULT '',
  country text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$'),
  currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  phone text, email text, website text,
  address jsonb NOT NULL DEFAULT '{}',
  service_area_city text NOT NULL DEFAULT '',
  service_area_radius_km double precision NOT NULL DEFAULT 25 CHECK (service_area_radius_km >= 0),
  service_area_places jsonb NOT NULL DEFAULT '[]',
  service_area_postcodes jsonb NOT NULL DEFAULT '[]',
  business_hours jsonb NOT NULL DEFAULT '{}',
  emergency_line jsonb,
  chat_config jsonb NOT NULL DEFAULT '{}',
  greeting jsonb NOT NULL DEFAULT '{}',
  chips jsonb NOT NULL DEFAULT '{}',
  expected_reply jsonb NOT NULL DEFAULT '{}',
  theme jsonb NOT NULL DEFAULT '{}',
  allowed_origins jsonb NOT NULL DEFAULT '[]',
  crm_integration jsonb NOT NULL DEFAULT '{"crm_type": "internal"}',
  helpdesk_integration jsonb NOT NULL DEFAULT '{"helpdesk_type": "internal"}',
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  name text NOT NULL,
  password_hash text,
  language text NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'manager', 'agent')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, user_id)
);

CREATE TABLE sessions (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  csrf text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, user_id) REFERENCES memberships ON DELETE CASCADE
);

CREATE TABLE api_keys (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL DEFAULT '',
  key_hash bytea NOT NULL,
  scopes jsonb NOT NULL DEFAULT '["*"]',
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (business_id, id)
);

CREATE TABLE audit_log (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  actor_type text NOT NULL CHECK (actor_type IN ('user', 'api_key', 'system', 'operator')),
  actor_id uuid,
  action text NOT NULL,
  subject text NOT NULL DEFAULT '',
  data jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);

CREATE TABLE idempotency_keys (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  key text NOT NULL,
  route text NOT NULL,
  request_hash bytea NOT NULL,
  status int,
  body jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, route, key)
);

CREATE TABLE holidays (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  name jsonb NOT NULL DEFAULT '{}',
  date date,
  yearly text CHECK (yearly ~ '^\d\d-\d\d$'),
  hours jsonb NOT NULL DEFAULT '[]',
  CHECK (num_nonnulls(date, yearly) = 1),
  PRIMARY KEY (business_id, id)
);

CREATE TABLE services (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  code text NOT NULL,
  name jsonb NOT NULL,
  aliases jsonb NOT NULL DEFAULT '{}',
  description jsonb NOT NULL DEFAULT '{}',
  price_low numeric(12, 2) CHECK (price_low >= 0),
  price_high numeric(12, 2) CHECK (price_high >= price_low),
  unit text NOT NULL DEFAULT 'job',
  notes jsonb NOT NULL DEFAULT '{}',
  bookable boolean NOT NULL DEFAULT true,
  offered boolean NOT NULL DEFAULT true,
  position int NOT NULL DEFAULT 0,
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, code)
);

CREATE TABLE guardrails_configs (
  business_id uuid PRIMARY KEY REFERENCES businesses ON DELETE CASCADE,
  allowed_topics jsonb NOT NULL,
  banned_topics jsonb NOT NULL,
  max_quote_without_approval numeric(12, 2) NOT NULL CHECK (max_quote_without_approval >= 0),
  allowed_discount_percent numeric(5, 2) NOT NULL CHECK (allowed_discount_percent BETWEEN 0 AND 100),
  require_disclaimer_on_estimates boolean NOT NULL,
  handoff_on_keywords jsonb NOT NULL,
  languages_allowed jsonb NOT NULL,
  enabled_tools jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE escalation_triggers (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  code text NOT NULL CHECK (code IN ('high_quote_value', 'complaint', 'sensitive_topic', 'low_confidence', 'keyword', 'billing_issue', 'asks_for_person', 'custom')),
  description text NOT NULL DEFAULT '',
  condition jsonb NOT NULL,
  action jsonb NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);

-- ---------------------------------------------------------------- customers
CREATE TABLE customers (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  email text, phone text, first_name text, last_name text,
  channel text NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'sms', 'whatsapp', 'fb', 'email', 'api')),
  external_ids jsonb NOT NULL DEFAULT '{}',
  language text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);
CREATE INDEX customers_email ON customers (business_id, lower(email)) WHERE email IS NOT NULL;
CREATE INDEX customers_phone ON customers (business_id, phone) WHERE phone IS NOT NULL;

CREATE TABLE consents (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  customer_id uuid NOT NULL,
  purpose text NOT NULL,
  text text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, customer_id) REFERENCES customers ON DELETE CASCADE
);

CREATE TABLE visitor_sessions (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  customer_id uuid,
  metadata jsonb NOT NULL DEFAULT '{}',
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id)
);
CREATE INDEX visitor_sessions_expiry ON visitor_sessions (expires_at);

-- ---------------------------------------------------------------- conversations
CREATE TABLE conversations (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  customer_id uuid,
  visitor_session_id uuid,
  channel text NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'sms', 'whatsapp', 'email', 'api')),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'waiting_human', 'closed')),
  topic text,
  language text,
  metadata jsonb NOT NULL DEFAULT '{}',
  escalation_state jsonb NOT NULL DEFAULT '{"type": "none", "reason": null, "score": 0.0, "human_agent_id": null}',
  human_agent_id uuid GENERATED ALWAYS AS ((escalation_state ->> 'human_agent_id')::uuid) STORED,
  resolution_summary text,
  resolution_outcome text CHECK (resolution_outcome IN ('resolved_by_ai', 'resolved_by_human', 'unresolved')),
  csat_score int CHECK (csat_score BETWEEN 1 AND 5),
  csat_comment text,
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high', 'urgent')),
  message_seq int NOT NULL DEFAULT 0,   -- last message's sequence
  event_seq bigint NOT NULL DEFAULT 0,  -- last event's number, given under this row's lock
  since_seq int NOT NULL DEFAULT 0,     -- rules look only at messages after it (last closure)
  unanswered_in_row int NOT NULL DEFAULT 0,
  agent_requests int NOT NULL DEFAULT 0,
  asked_contact boolean NOT NULL DEFAULT false,
  offer_open boolean NOT NULL DEFAULT false,
  waiting_told boolean NOT NULL DEFAULT false,
  last_text text NOT NULL DEFAULT '',
  last_message_at timestamptz NOT NULL DEFAULT now(),
  waiting_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id),
  FOREIGN KEY (business_id, visitor_session_id) REFERENCES visitor_sessions ON DELETE SET NULL (visitor_session_id),
  CHECK (escalation_state ->> 'type' IN ('none', 'offered', 'requested', 'forced')),
  CHECK (status <> 'closed' OR closed_at IS NOT NULL)
);
CREATE INDEX conversations_recent ON conversations (business_id, last_message_at DESC);
CREATE INDEX conversations_waiting ON conversations (business_id, waiting_since) WHERE status = 'waiting_human';
CREATE INDEX conversations_visitor ON conversations (business_id, visitor_session_id);
CREATE INDEX conversations_customer ON conversations (business_id, customer_id);

-- The table of moves (conversations/states.py has the same; a test compares them).
CREATE FUNCTION conversations_refuse_bad_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (('active', 'waiting_human'), ('waiting_human', 'active'), ('active', 'closed'),
                                      ('waiting_human', 'closed'), ('closed', 'active')) THEN
    RAISE EXCEPTION 'a conversation cannot go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER conversations_moves BEFORE UPDATE OF status ON conversations
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION conversations_refuse_bad_move();

CREATE TABLE turns (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id uuid NOT NULL,                  -- the first bubble; further ones carry messages.turn_id
  reply_id uuid,                             -- the AI message, once a sentence was released
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('queued', 'open', 'done', 'stopped')),
  revision int NOT NULL DEFAULT 1,           -- one more for each bubble that joins before the first sentence
  attempts int NOT NULL DEFAULT 1,           -- the fence: a taken-up turn's old process writes nothing
  released int NOT NULL DEFAULT 0,           -- sentences on the wire
  lease_until timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  outcome text,
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE UNIQUE INDEX turns_one_open ON turns (business_id, conversation_id) WHERE state = 'open';
CREATE UNIQUE INDEX turns_one_queued ON turns (business_id, conversation_id) WHERE state = 'queued';
CREATE INDEX turns_due ON turns (lease_until) WHERE state IN ('open', 'queued');

CREATE TABLE messages (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id uuid,
  sender_type text NOT NULL CHECK (sender_type IN ('customer', 'ai', 'agent', 'system')),
  sender_id uuid,
  sender_name text,
  sequence int NOT NULL,
  text text NOT NULL,
  kind text NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'note', 'notice')),
  state text NOT NULL DEFAULT 'complete' CHECK (state IN ('partial', 'complete', 'interrupted')),
  language text,
  raw_llm_request jsonb,
  raw_llm_response jsonb,
  intent text,
  confidence double precision,
  visible_to_customer boolean NOT NULL DEFAULT true,
  sources jsonb NOT NULL DEFAULT '[]',
  attachments jsonb NOT NULL DEFAULT '[]',
  client_message_id text,
  client_scope text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, conversation_id, sequence),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE UNIQUE INDEX messages_client_id ON messages (business_id, client_scope, client_message_id) WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_turn ON messages (business_id, turn_id) WHERE turn_id IS NOT NULL;

CREATE TABLE intents (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id uuid NOT NULL,
  name text NOT NULL,
  confidence double precision NOT NULL,
  runner_up text,
  gap double precision,
  entities jsonb NOT NULL DEFAULT '{}',
  flags jsonb NOT NULL DEFAULT '[]',
  sentiment jsonb NOT NULL DEFAULT '{}',
  stage text NOT NULL,
  needs_handoff boolean NOT NULL DEFAULT false,
  handoff_reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, message_id) REFERENCES messages ON DELETE CASCADE
);
CREATE INDEX intents_conversation ON intents (business_id, conversation_id);
CREATE INDEX intents_message ON intents (business_id, message_id);

CREATE TABLE receipts (
  business_id uuid NOT NULL,
  message_id uuid NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, message_id),
  FOREIGN KEY (business_id, message_id) REFERENCES messages ON DELETE CASCADE
);

CREATE TABLE escalation_hits (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id uuid,
  trigger_id uuid,
  policy text,
  action text NOT NULL CHECK (action IN ('offer_escalation', 'auto_escalate', 'notify_only')),
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX escalation_hits_conversation ON escalation_hits (business_id, conversation_id);

CREATE TABLE feedback (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  helpful boolean NOT NULL,
  reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, message_id),
  FOREIGN KEY (business_id, message_id) REFERENCES messages ON DELETE CASCADE
);

-- ---------------------------------------------------------------- events and outbox
CREATE TABLE events (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  feed bigint GENERATED ALWAYS AS IDENTITY,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the change feed is read behind the oldest open transaction
  conversation_id uuid,
  seq bigint,
  type text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  visible_to_customer boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, feed),
  CHECK ((conversation_id IS NULL) = (seq IS NULL)),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE UNIQUE INDEX events_conversation ON events (business_id, conversation_id, seq);
CREATE INDEX events_feed ON events (business_id, xact, feed);

CREATE TABLE outbox (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  connector text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  conversation_id uuid,
  payload jsonb NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'dead')),
  attempts int NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL DEFAULT now(),
  last_error text,
  permanent boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, connector, key)
);
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE state = 'pending';
CREATE INDEX outbox_conversation ON outbox (business_id, conversation_id, id) WHERE state = 'pending';

-- ---------------------------------------------------------------- handoff
CREATE TABLE handoffs (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  notified_at timestamptz,
  acknowledged_at timestamptz,
  joined_at timestamptz,
  closed_at timestamptz,
  agent_id uuid,
  type text NOT NULL CHECK (type IN ('offered', 'requested', 'forced')),
  reason text NOT NULL,
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high', 'urgent')),
  brief jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE UNIQUE INDEX handoffs_one_open ON handoffs (business_id, conversation_id) WHERE closed_at IS NULL;

CREATE TABLE agent_presence (
  business_id uuid NOT NULL,
  user_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'away', 'offline')),
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, user_id),
  FOREIGN KEY (business_id, user_id) REFERENCES memberships ON DELETE CASCADE
);

-- ---------------------------------------------------------------- the internal CRM and help desk
CREATE TABLE crm_contacts (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  customer_id uuid,
  email text, phone text, first_name text, last_name text,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id)
);
CREATE UNIQUE INDEX crm_contacts_customer ON crm_contacts (business_id, customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE crm_leads (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  contact_id uuid NOT NULL,
  conversation_id uuid,
  source text NOT NULL DEFAULT 'website_chat',
  description text NOT NULL,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'won', 'lost')),
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, contact_id) REFERENCES crm_contacts ON DELETE CASCADE
);
CREATE UNIQUE INDEX crm_leads_conversation ON crm_leads (business_id, conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE crm_interactions (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  contact_id uuid,
  conversation_id uuid,
  type text NOT NULL DEFAULT 'chat',
  channel text NOT NULL DEFAULT 'web',
  "timestamp" timestamptz NOT NULL DEFAULT now(),
  summary text NOT NULL,
  external_ref jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, contact_id) REFERENCES crm_contacts ON DELETE SET NULL (contact_id)
);
CREATE UNIQUE INDEX crm_interactions_conversation ON crm_interactions (business_id, conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE tickets (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  number int NOT NULL,
  customer_id uuid,
  conversation_id uuid,
  source text NOT NULL DEFAULT 'chat',
  subject text NOT NULL,
  description text NOT NULL,
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high', 'urgent')),
  category text NOT NULL DEFAULT 'other' CHECK (category IN ('billing', 'service_issue', 'complaint', 'question', 'booking', 'other')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'solved', 'closed')),
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, number),
  FOREIGN KEY (business_id, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id)
);
CREATE UNIQUE INDEX tickets_conversation ON tickets (business_id, conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE ticket_comments (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  author_type text NOT NULL CHECK (author_type IN ('customer', 'agent', 'system')),
  author_id uuid,
  body text NOT NULL,
  visible_to_customer boolean NOT NULL DEFAULT false,
  key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, ticket_id, key),
  FOREIGN KEY (business_id, ticket_id) REFERENCES tickets ON DELETE CASCADE
);

-- ---------------------------------------------------------------- knowledge
CREATE TABLE kb_sources (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('upload', 'url', 'drive', 'crm', 'profile', 'faq', 'push')),
  uri text NOT NULL DEFAULT '',
  title text NOT NULL DEFAULT '',
  config jsonb NOT NULL DEFAULT '{}',
  refresh_every interval,
  etag text,
  last_seen timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);

CREATE TABLE kb_ingestion_jobs (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  source_id uuid,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  source text NOT NULL CHECK (source IN ('upload', 'url', 'drive', 'crm', 'profile', 'faq', 'push')),
  config jsonb NOT NULL DEFAULT '{"max_tokens_per_chunk": 512, "overlap_tokens": 64, "include_private_docs": false}',
  input jsonb NOT NULL DEFAULT '{}',        -- what to read: stored files, urls, rows
  stats jsonb NOT NULL DEFAULT '{"documents": 0, "chunks": 0, "errors": 0}',
  errors jsonb NOT NULL DEFAULT '[]',
  attempts int NOT NULL DEFAULT 0,
  lease_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  PRIMARY KEY (business_id, id),
  FOREIGN KEY (business_id, source_id) REFERENCES kb_sources ON DELETE SET NULL (source_id)
);

CREATE TABLE kb_source_documents (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  job_id uuid,
  source_id uuid,
  source_type text NOT NULL CHECK (source_type IN ('pdf', 'html', 'faq', 'ticket_summary', 'docx', 'xlsx', 'pptx', 'markdown', 'text', 'csv', 'email', 'profile', 'page')),
  source_uri text NOT NULL,
  title text NOT NULL,
  raw_text text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  external_id text,
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'internal')),
  language text NOT NULL DEFAULT 'en',
  content_hash bytea NOT NULL,
  generation int NOT NULL DEFAULT 1,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);
CREATE UNIQUE INDEX kb_source_documents_uri ON kb_source_documents (business_id, source_uri) WHERE deleted_at IS NULL;

CREATE FUNCTION kb_text_config(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE language WHEN 'es' THEN 'pg_catalog.spanish'::regconfig ELSE 'pg_catalog.english'::regconfig END;

CREATE TABLE kb_chunks (
  business_id uuid NOT NULL,
  id uuid NOT NULL,
  document_id uuid NOT NULL,
  generation int NOT NULL DEFAULT 1,
  ordinal int NOT NULL,
  text text NOT NULL,
  context text NOT NULL DEFAULT '',
  metadata jsonb NOT NULL DEFAULT '{}',
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'internal')),
  language text NOT NULL DEFAULT 'en',
  question text,
  answer text,
  tsv tsvector GENERATED ALWAYS AS (to_tsvector(kb_text_config(language), context || ' ' || coalesce(question, '') || ' ' || text)) STORED,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id),
  UNIQUE (business_id, document_id, generation, ordinal),
  FOREIGN KEY (business_id, document_id) REFERENCES kb_source_documents ON DELETE CASCADE
);
CREATE INDEX kb_chunks_tsv ON kb_chunks USING gin (business_id, tsv);

CREATE TABLE kb_embeddings (
  business_id uuid NOT NULL,
  chunk_id uuid NOT NULL,
  part int NOT NULL DEFAULT 0,              -- 0 the chunk, 1.. its sentences or its FAQ question
  embedding_model text NOT NULL,
  e halfvec NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, chunk_id, part, embedding_model),
  FOREIGN KEY (business_id, chunk_id) REFERENCES kb_chunks ON DELETE CASCADE
);
ALTER TABLE kb_embeddings ALTER COLUMN e SET STORAGE PLAIN;
CREATE INDEX kb_embeddings_business ON kb_embeddings (business_id);

CREATE TABLE kb_faqs (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  question text NOT NULL CHECK (length(question) BETWEEN 1 AND 2000),
  answer text NOT NULL CHECK (length(answer) BETWEEN 1 AND 10000),
  language text NOT NULL DEFAULT 'en',
  tags jsonb NOT NULL DEFAULT '[]',
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'internal')),
  document_id uuid,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);

CREATE TABLE kb_versions (
  business_id uuid PRIMARY KEY REFERENCES businesses ON DELETE CASCADE,
  version bigint NOT NULL DEFAULT 1
);

-- ---------------------------------------------------------------- accounting
CREATE TABLE llm_calls (
  business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
  id uuid NOT NULL,
  conversation_id uuid,
  purpose text NOT NULL,
  model text NOT NULL,
  tokens_in int NOT NULL DEFAULT 0,
  tokens_out int NOT NULL DEFAULT 0,
  cost numeric(14, 8),
  ms int NOT NULL DEFAULT 0,
  outcome text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, id)
);
CREATE INDEX llm_calls_day ON llm_calls (business_id, created_at);
