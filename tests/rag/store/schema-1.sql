CREATE TABLE schema_info (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	generation BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE documents (
	id VARCHAR(36) NOT NULL, 
	collection TEXT NOT NULL, 
	uri TEXT NOT NULL, 
	title TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	metadata JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	submissions INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX documents_of_collection ON documents (collection, created_at, id);
CREATE INDEX documents_newest ON documents (created_at, id);
CREATE TABLE language_means (
	collection TEXT NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	vectors BIGINT NOT NULL, 
	sum BLOB NOT NULL, 
	PRIMARY KEY (collection, language)
);
CREATE TABLE versions (
	id VARCHAR(36) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	number INTEGER NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	parser_version TEXT NOT NULL, 
	blob_key TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	parser TEXT NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	characters BIGINT NOT NULL, 
	pages INTEGER NOT NULL, 
	passages INTEGER NOT NULL, 
	warnings JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	superseded_by VARCHAR(36), 
	removed_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (document_id, number), 
	FOREIGN KEY(document_id) REFERENCES documents (id)
);
CREATE UNIQUE INDEX versions_one_live ON versions (document_id) WHERE status = 'live';
CREATE INDEX versions_by_status ON versions (status, removed_at);
CREATE TABLE jobs (
	id VARCHAR(36) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	version_id VARCHAR(36) NOT NULL, 
	number INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	stage TEXT NOT NULL, 
	done BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	priority INTEGER NOT NULL, 
	error_code VARCHAR(64), 
	error_details JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (document_id, number), 
	FOREIGN KEY(document_id) REFERENCES documents (id), 
	FOREIGN KEY(version_id) REFERENCES versions (id)
);
CREATE INDEX jobs_by_status ON jobs (status);
CREATE TABLE version_sums (
	version_id VARCHAR(36) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	vectors BIGINT NOT NULL, 
	sum BLOB NOT NULL, 
	PRIMARY KEY (version_id, language), 
	FOREIGN KEY(version_id) REFERENCES versions (id)
);
