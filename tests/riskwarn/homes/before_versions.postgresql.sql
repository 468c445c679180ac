CREATE TABLE public.alerts (
    id integer NOT NULL,
    snapshot character varying(64) NOT NULL,
    target character varying(64) NOT NULL,
    horizon integer NOT NULL,
    unit character varying(16) NOT NULL,
    code character varying(64) NOT NULL,
    level character varying(16) NOT NULL,
    score double precision NOT NULL,
    status character varying(16) NOT NULL,
    raised_at character varying(40) NOT NULL,
    reasons json NOT NULL
);
CREATE SEQUENCE public.alerts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.alerts_id_seq OWNED BY public.alerts.id;
CREATE TABLE public.erasures (
    id integer NOT NULL,
    kind character varying(16) NOT NULL,
    source character varying(64) NOT NULL,
    load_id integer NOT NULL,
    rows bigint NOT NULL,
    because character varying(512) NOT NULL,
    erased_at character varying(40) NOT NULL,
    finished boolean NOT NULL
);
CREATE SEQUENCE public.erasures_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.erasures_id_seq OWNED BY public.erasures.id;
CREATE TABLE public.lake_files (
    path character varying(512) NOT NULL,
    load_id integer NOT NULL,
    source character varying(64) NOT NULL,
    sha256 character varying(64) NOT NULL,
    rows bigint NOT NULL,
    columns json NOT NULL
);
CREATE TABLE public.loads (
    load_id integer NOT NULL,
    source character varying(64) NOT NULL,
    file_name character varying(512) NOT NULL,
    file_sha256 character varying(64) NOT NULL,
    loaded_at character varying(40) NOT NULL,
    exported_at character varying(40) NOT NULL,
    account json NOT NULL,
    leans_on json,
    undoes integer,
    because character varying(512),
    erases integer
);
CREATE SEQUENCE public.loads_load_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.loads_load_id_seq OWNED BY public.loads.load_id;
CREATE TABLE public.not_loaded (
    load_id integer NOT NULL,
    source character varying(64) NOT NULL,
    district character varying(64) NOT NULL,
    quarter character varying(6) NOT NULL,
    rows bigint NOT NULL
);
CREATE TABLE public.quarantine (
    id integer NOT NULL,
    load_id integer NOT NULL,
    source character varying(64) NOT NULL,
    file_name character varying(512) NOT NULL,
    "row" bigint NOT NULL,
    "column" character varying(256) NOT NULL,
    value_class character varying(64) NOT NULL,
    reason character varying(64) NOT NULL,
    record bigint,
    settled_by integer,
    settlement character varying(16)
);
CREATE SEQUENCE public.quarantine_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.quarantine_id_seq OWNED BY public.quarantine.id;
CREATE TABLE public.snapshots (
    sequence integer NOT NULL,
    id character varying(64) NOT NULL,
    as_of character varying(10) NOT NULL,
    published_at character varying(40) NOT NULL,
    valid_until character varying(40) NOT NULL,
    manifest json NOT NULL
);
CREATE SEQUENCE public.snapshots_sequence_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.snapshots_sequence_seq OWNED BY public.snapshots.sequence;
ALTER TABLE ONLY public.alerts ALTER COLUMN id SET DEFAULT nextval('public.alerts_id_seq'::regclass);
ALTER TABLE ONLY public.erasures ALTER COLUMN id SET DEFAULT nextval('public.erasures_id_seq'::regclass);
ALTER TABLE ONLY public.loads ALTER COLUMN load_id SET DEFAULT nextval('public.loads_load_id_seq'::regclass);
ALTER TABLE ONLY public.quarantine ALTER COLUMN id SET DEFAULT nextval('public.quarantine_id_seq'::regclass);
ALTER TABLE ONLY public.snapshots ALTER COLUMN sequence SET DEFAULT nextval('public.snapshots_sequence_seq'::regclass);
INSERT INTO public.alerts VALUES (1, '2026-10-03-abc', 'conflict', 4, 'grid', 'G0', 'red', 0.25, 'open', '2026-11-01T19:30:00.123456+00:00', '[{"feature": "a", "zh": "\u7532", "en": "a", "effect": 0.1}]');
INSERT INTO public.alerts VALUES (2, '2026-10-03-abc', 'conflict', 4, 'grid', 'G1', 'red', 0.25, 'open', '2026-11-01T19:30:00.123456+00:00', '[{"feature": "a", "zh": "\u7532", "en": "a", "effect": 0.1}]');
INSERT INTO public.erasures VALUES (1, 'record', 'disputes', 2, 2, 'a decision', '2026-11-03T16:30:00.123456+00:00', true);
INSERT INTO public.lake_files VALUES ('grids/39ebaa0df8d10627c4277ac50584cbff424556b5677020f637acaac12af5461c.parquet', 1, 'grids', '39ebaa0df8d10627c4277ac50584cbff424556b5677020f637acaac12af5461c', 4, '["grid_id", "name", "kind", "community", "community_name", "town", "town_name", "district", "district_name", "longitude", "latitude", "geometry", "neighbours", "households", "workers", "valid_from", "valid_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO public.lake_files VALUES ('petitions/8ecb1a383ada5204c23d1c13adb9aa8660ae4a35e684efef83b62db60f9474c4.parquet', 4, 'petitions', '8ecb1a383ada5204c23d1c13adb9aa8660ae4a35e684efef83b62db60f9474c4', 1, '["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO public.lake_files VALUES ('disputes/6aa287194b8e12fc8b899ca5bfb4f765e3ef25fbdaeabc556d859cd73ca79f6e.parquet', 2, 'disputes', '6aa287194b8e12fc8b899ca5bfb4f765e3ef25fbdaeabc556d859cd73ca79f6e', 9, '["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO public.lake_files VALUES ('disputes/d12eeac4b8f1ce0145e1d62cc4f3fb501c33973c2311c88ea7c7ea9bb7d2fc68.parquet', 3, 'disputes', 'd12eeac4b8f1ce0145e1d62cc4f3fb501c33973c2311c88ea7c7ea9bb7d2fc68', 1, '["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO public.loads VALUES (1, 'grids', 'grids.csv', '4c9dc33824a2b34b6ea71b386f88ba1e0deb565c410eaf5ee51d62184b6c54eb', '2026-11-01T00:00:00+00:00', '2026-11-01T00:00:00+00:00', '{"file": "grids.csv", "source": "grids", "read": 4, "accepted": 4, "duplicates": 0, "corrected": 0, "quarantined": 0, "dropped_columns": [], "seconds": 0.061, "reasons": {}, "notes": []}', '[]', NULL, NULL, NULL);
INSERT INTO public.loads VALUES (2, 'disputes', 'january.csv', '220a125dc8df25a8651b69e91ccb2661894a1ebffa15573d0b45f678c0ecdf48', '2026-11-01T16:30:00.123456+00:00', '2026-04-01T00:00:00+08:00', '{"file": "january.csv", "source": "disputes", "read": 10, "accepted": 10, "duplicates": 0, "corrected": 0, "quarantined": 0, "dropped_columns": [], "seconds": 0.073, "reasons": {}, "notes": []}', '[]', NULL, NULL, NULL);
INSERT INTO public.loads VALUES (3, 'disputes', 'february.csv', '871e6e6947daed4ce6d9f9adc28528cc9d7c34553d95633a1b3d6a05c08dc776', '2026-11-01T16:30:01.123456+00:00', '2026-04-01T06:30:00+08:00', '{"file": "february.csv", "source": "disputes", "read": 3, "accepted": 1, "duplicates": 0, "corrected": 1, "quarantined": 1, "dropped_columns": [], "seconds": 0.106, "reasons": {"bad_date": 1}, "notes": []}', '[2]', NULL, NULL, NULL);
INSERT INTO public.loads VALUES (4, 'petitions', 'p.csv', '8789c55af44705d831a990f23cc3e808d61639339bc098bf678f5571f6267c07', '2026-11-01T16:30:02.123456+00:00', '2026-11-01T16:30:02.123456+00:00', '{"file": "p.csv", "source": "petitions", "read": 2, "accepted": 1, "duplicates": 0, "corrected": 0, "quarantined": 1, "dropped_columns": [], "seconds": 0.072, "reasons": {"not_loaded": 1}, "notes": []}', '[]', NULL, NULL, NULL);
INSERT INTO public.loads VALUES (5, 'petitions', 'p.csv', '', '2026-11-02T16:30:00.123456+00:00', '2026-11-01T16:30:02.123456+00:00', '{}', NULL, 4, 'twice', NULL);
INSERT INTO public.loads VALUES (6, 'disputes', '', '', '2026-11-03T16:30:00.123456+00:00', '2026-11-03T16:30:00.123456+00:00', '{}', NULL, NULL, 'a decision', 1);
INSERT INTO public.not_loaded VALUES (4, 'petitions', '江北区', '2026Q1', 1);
INSERT INTO public.quarantine VALUES (1, 3, 'disputes', 'february.csv', 4, '发生时间', 'text', 'bad_date', 3457374839223066382, NULL, NULL);
INSERT INTO public.quarantine VALUES (2, 4, 'petitions', 'p.csv', 2, '信访目的', 'refused', 'not_loaded', NULL, NULL, NULL);
INSERT INTO public.snapshots VALUES (1, '2026-10-01-abc', '2026-10-01', '2026-11-01T17:30:00.123456+00:00', '2026-10-11T00:00:00+08:00', '{"inputs": {"store_version": 1}, "gaps": [], "models": {}}');
INSERT INTO public.snapshots VALUES (2, '2026-10-02-abc', '2026-10-02', '2026-11-01T18:30:00.123456+00:00', '2026-10-12T00:00:00+08:00', '{"inputs": {"store_version": 2}, "gaps": [], "models": {}, "not_replayable": true}');
INSERT INTO public.snapshots VALUES (3, '2026-10-03-abc', '2026-10-03', '2026-11-01T19:30:00.123456+00:00', '2026-10-13T00:00:00+08:00', '{"inputs": {"store_version": 3}, "gaps": [], "models": {}, "not_replayable": true}');
SELECT pg_catalog.setval('public.alerts_id_seq', 2, true);
SELECT pg_catalog.setval('public.erasures_id_seq', 1, true);
SELECT pg_catalog.setval('public.loads_load_id_seq', 6, true);
SELECT pg_catalog.setval('public.quarantine_id_seq', 2, true);
SELECT pg_catalog.setval('public.snapshots_sequence_seq', 3, true);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_snapshot_target_horizon_unit_code_key UNIQUE (snapshot, target, horizon, unit, code);
ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lake_files
    ADD CONSTRAINT lake_files_pkey PRIMARY KEY (path);
ALTER TABLE ONLY public.loads
    ADD CONSTRAINT loads_pkey PRIMARY KEY (load_id);
ALTER TABLE ONLY public.not_loaded
    ADD CONSTRAINT not_loaded_pkey PRIMARY KEY (load_id, district, quarter);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_id_key UNIQUE (id);
ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (sequence);
CREATE INDEX ix_lake_files_source ON public.lake_files USING btree (source);
CREATE INDEX ix_quarantine_source ON public.quarantine USING btree (source);
ALTER TABLE ONLY public.lake_files
    ADD CONSTRAINT lake_files_load_id_fkey FOREIGN KEY (load_id) REFERENCES public.loads(load_id);
ALTER TABLE ONLY public.not_loaded
    ADD CONSTRAINT not_loaded_load_id_fkey FOREIGN KEY (load_id) REFERENCES public.loads(load_id);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_load_id_fkey FOREIGN KEY (load_id) REFERENCES public.loads(load_id);
