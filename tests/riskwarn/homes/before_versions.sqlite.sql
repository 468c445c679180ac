BEGIN TRANSACTION;
CREATE TABLE alerts (
	id INTEGER NOT NULL, 
	snapshot VARCHAR(64) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	horizon INTEGER NOT NULL, 
	unit VARCHAR(16) NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	level VARCHAR(16) NOT NULL, 
	score FLOAT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	raised_at VARCHAR(40) NOT NULL, 
	reasons JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (snapshot, target, horizon, unit, code)
);
INSERT INTO "alerts" VALUES(1,'2026-10-03-abc','conflict',4,'grid','G0','red',0.25,'open','2026-11-01T19:30:00.123456+00:00','[{"feature": "a", "zh": "\u7532", "en": "a", "effect": 0.1}]');
INSERT INTO "alerts" VALUES(2,'2026-10-03-abc','conflict',4,'grid','G1','red',0.25,'open','2026-11-01T19:30:00.123456+00:00','[{"feature": "a", "zh": "\u7532", "en": "a", "effect": 0.1}]');
CREATE TABLE erasures (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	load_id INTEGER NOT NULL, 
	rows BIGINT NOT NULL, 
	because VARCHAR(512) NOT NULL, 
	erased_at VARCHAR(40) NOT NULL, 
	finished BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "erasures" VALUES(1,'record','disputes',2,2,'a decision','2026-11-03T16:30:00.123456+00:00',1);
CREATE TABLE lake_files (
	path VARCHAR(512) NOT NULL, 
	load_id INTEGER NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	rows BIGINT NOT NULL, 
	columns JSON NOT NULL, 
	PRIMARY KEY (path), 
	FOREIGN KEY(load_id) REFERENCES loads (load_id)
);
INSERT INTO "lake_files" VALUES('grids/39ebaa0df8d10627c4277ac50584cbff424556b5677020f637acaac12af5461c.parquet',1,'grids','39ebaa0df8d10627c4277ac50584cbff424556b5677020f637acaac12af5461c',4,'["grid_id", "name", "kind", "community", "community_name", "town", "town_name", "district", "district_name", "longitude", "latitude", "geometry", "neighbours", "households", "workers", "valid_from", "valid_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO "lake_files" VALUES('petitions/8ecb1a383ada5204c23d1c13adb9aa8660ae4a35e684efef83b62db60f9474c4.parquet',4,'petitions','8ecb1a383ada5204c23d1c13adb9aa8660ae4a35e684efef83b62db60f9474c4',1,'["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO "lake_files" VALUES('disputes/6aa287194b8e12fc8b899ca5bfb4f765e3ef25fbdaeabc556d859cd73ca79f6e.parquet',2,'disputes','6aa287194b8e12fc8b899ca5bfb4f765e3ef25fbdaeabc556d859cd73ca79f6e',9,'["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
INSERT INTO "lake_files" VALUES('disputes/d12eeac4b8f1ce0145e1d62cc4f3fb501c33973c2311c88ea7c7ea9bb7d2fc68.parquet',3,'disputes','d12eeac4b8f1ce0145e1d62cc4f3fb501c33973c2311c88ea7c7ea9bb7d2fc68',1,'["record_id", "grid_id", "unit", "located_by", "district", "longitude", "latitude", "occurred_at", "category", "category_final", "severity", "grade", "urgency", "kind", "form", "discovered_by", "count", "people", "injured", "killed", "topics", "due_at", "due_derived", "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at", "status", "outcome", "resolved", "satisfaction", "is_repeat", "is_joint", "repeat_of", "linked_to", "known_at", "version_at", "exported_at", "updated_at", "withdrawn", "content", "row", "load_id"]');
CREATE TABLE loads (
	load_id INTEGER NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	file_name VARCHAR(512) NOT NULL, 
	file_sha256 VARCHAR(64) NOT NULL, 
	loaded_at VARCHAR(40) NOT NULL, 
	exported_at VARCHAR(40) NOT NULL, 
	account JSON NOT NULL, 
	leans_on JSON, 
	undoes INTEGER, 
	because VARCHAR(512), 
	erases INTEGER, 
	PRIMARY KEY (load_id)
);
INSERT INTO "loads" VALUES(1,'grids','grids.csv','4c9dc33824a2b34b6ea71b386f88ba1e0deb565c410eaf5ee51d62184b6c54eb','2026-11-01T00:00:00+00:00','2026-11-01T00:00:00+00:00','{"file": "grids.csv", "source": "grids", "read": 4, "accepted": 4, "duplicates": 0, "corrected": 0, "quarantined": 0, "dropped_columns": [], "seconds": 0.165, "reasons": {}, "notes": []}','[]',NULL,NULL,NULL);
INSERT INTO "loads" VALUES(2,'disputes','january.csv','220a125dc8df25a8651b69e91ccb2661894a1ebffa15573d0b45f678c0ecdf48','2026-11-01T16:30:00.123456+00:00','2026-04-01T00:00:00+08:00','{"file": "january.csv", "source": "disputes", "read": 10, "accepted": 10, "duplicates": 0, "corrected": 0, "quarantined": 0, "dropped_columns": [], "seconds": 0.065, "reasons": {}, "notes": []}','[]',NULL,NULL,NULL);
INSERT INTO "loads" VALUES(3,'disputes','february.csv','871e6e6947daed4ce6d9f9adc28528cc9d7c34553d95633a1b3d6a05c08dc776','2026-11-01T16:30:01.123456+00:00','2026-04-01T06:30:00+08:00','{"file": "february.csv", "source": "disputes", "read": 3, "accepted": 1, "duplicates": 0, "corrected": 1, "quarantined": 1, "dropped_columns": [], "seconds": 0.07, "reasons": {"bad_date": 1}, "notes": []}','[2]',NULL,NULL,NULL);
INSERT INTO "loads" VALUES(4,'petitions','p.csv','8789c55af44705d831a990f23cc3e808d61639339bc098bf678f5571f6267c07','2026-11-01T16:30:02.123456+00:00','2026-11-01T16:30:02.123456+00:00','{"file": "p.csv", "source": "petitions", "read": 2, "accepted": 1, "duplicates": 0, "corrected": 0, "quarantined": 1, "dropped_columns": [], "seconds": 0.041, "reasons": {"not_loaded": 1}, "notes": []}','[]',NULL,NULL,NULL);
INSERT INTO "loads" VALUES(5,'petitions','p.csv','','2026-11-02T16:30:00.123456+00:00','2026-11-01T16:30:02.123456+00:00','{}',NULL,4,'twice',NULL);
INSERT INTO "loads" VALUES(6,'disputes','','','2026-11-03T16:30:00.123456+00:00','2026-11-03T16:30:00.123456+00:00','{}',NULL,NULL,'a decision',1);
CREATE TABLE not_loaded (
	load_id INTEGER NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	district VARCHAR(64) NOT NULL, 
	quarter VARCHAR(6) NOT NULL, 
	rows BIGINT NOT NULL, 
	PRIMARY KEY (load_id, district, quarter), 
	FOREIGN KEY(load_id) REFERENCES loads (load_id)
);
INSERT INTO "not_loaded" VALUES(4,'petitions','江北区','2026Q1',1);
CREATE TABLE quarantine (
	id INTEGER NOT NULL, 
	load_id INTEGER NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	file_name VARCHAR(512) NOT NULL, 
	"row" BIGINT NOT NULL, 
	"column" VARCHAR(256) NOT NULL, 
	value_class VARCHAR(64) NOT NULL, 
	reason VARCHAR(64) NOT NULL, 
	record BIGINT, 
	settled_by INTEGER, 
	settlement VARCHAR(16), 
	PRIMARY KEY (id), 
	FOREIGN KEY(load_id) REFERENCES loads (load_id)
);
INSERT INTO "quarantine" VALUES(1,3,'disputes','february.csv',4,'发生时间','text','bad_date',3457374839223066382,NULL,NULL);
INSERT INTO "quarantine" VALUES(2,4,'petitions','p.csv',2,'信访目的','refused','not_loaded',NULL,NULL,NULL);
CREATE TABLE snapshots (
	sequence INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	as_of VARCHAR(10) NOT NULL, 
	published_at VARCHAR(40) NOT NULL, 
	valid_until VARCHAR(40) NOT NULL, 
	manifest JSON NOT NULL, 
	PRIMARY KEY (sequence), 
	UNIQUE (id)
);
INSERT INTO "snapshots" VALUES(1,'2026-10-01-abc','2026-10-01','2026-11-01T17:30:00.123456+00:00','2026-10-11T00:00:00+08:00','{"inputs": {"store_version": 1}, "gaps": [], "models": {}}');
INSERT INTO "snapshots" VALUES(2,'2026-10-02-abc','2026-10-02','2026-11-01T18:30:00.123456+00:00','2026-10-12T00:00:00+08:00','{"inputs": {"store_version": 2}, "gaps": [], "models": {}, "not_replayable": true}');
INSERT INTO "snapshots" VALUES(3,'2026-10-03-abc','2026-10-03','2026-11-01T19:30:00.123456+00:00','2026-10-13T00:00:00+08:00','{"inputs": {"store_version": 3}, "gaps": [], "models": {}, "not_replayable": true}');
CREATE INDEX ix_lake_files_source ON lake_files (source);
CREATE INDEX ix_quarantine_source ON quarantine (source);
COMMIT;
