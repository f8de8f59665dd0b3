CREATE TABLE `contact_count` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`n` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `contact_text` (
	`id` integer PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contact_text_contact` ON `contact_text` (`contact_id`);
--> statement-breakpoint
CREATE VIRTUAL TABLE contact_search USING fts5(text, content='contact_text', content_rowid='id', tokenize='trigram', columnsize=0);
--> statement-breakpoint
-- What leaves the index leaves its pages too, not only at the next merge of them.
INSERT INTO contact_search(contact_search, rank) VALUES ('secure-delete', 1);
--> statement-breakpoint
CREATE TRIGGER contact_text_indexed AFTER INSERT ON contact_text BEGIN
	INSERT INTO contact_search(rowid, text) VALUES (NEW.id, NEW.text);
	INSERT INTO contact_count(workspace_id, n) VALUES (NEW.workspace_id, 1) ON CONFLICT (workspace_id) DO UPDATE SET n = n + 1;
END;
--> statement-breakpoint
CREATE TRIGGER contact_text_gone AFTER DELETE ON contact_text BEGIN
	INSERT INTO contact_search(contact_search, rowid, text) VALUES ('delete', OLD.id, OLD.text);
	UPDATE contact_count SET n = n - 1 WHERE workspace_id = OLD.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER contact_added AFTER INSERT ON contact WHEN NEW.deleted_at IS NULL BEGIN
	INSERT INTO contact_text(workspace_id, contact_id, text)
		VALUES (NEW.workspace_id, NEW.id, NEW.sort_name || char(10) || coalesce(NEW.email, '') || char(10) || coalesce(NEW.company_name, '') || char(10) || coalesce(NEW.title, '') || char(10) || coalesce(NEW.linkedin_slug, ''));
END;
--> statement-breakpoint
CREATE TRIGGER contact_changed AFTER UPDATE OF id, workspace_id, sort_name, email, company_name, title, linkedin_slug, deleted_at ON contact
WHEN (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) OR (NEW.deleted_at IS NULL AND (OLD.id IS NOT NEW.id OR OLD.workspace_id IS NOT NEW.workspace_id OR OLD.sort_name IS NOT NEW.sort_name OR OLD.email IS NOT NEW.email OR OLD.company_name IS NOT NEW.company_name OR OLD.title IS NOT NEW.title OR OLD.linkedin_slug IS NOT NEW.linkedin_slug)) BEGIN
	DELETE FROM contact_text WHERE contact_id = OLD.id;
	INSERT INTO contact_text(workspace_id, contact_id, text)
		SELECT NEW.workspace_id, NEW.id, NEW.sort_name || char(10) || coalesce(NEW.email, '') || char(10) || coalesce(NEW.company_name, '') || char(10) || coalesce(NEW.title, '') || char(10) || coalesce(NEW.linkedin_slug, '') WHERE NEW.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER contact_removed AFTER DELETE ON contact BEGIN
	DELETE FROM contact_text WHERE contact_id = OLD.id;
END;
--> statement-breakpoint
INSERT INTO contact_text(workspace_id, contact_id, text)
		SELECT workspace_id, id, sort_name || char(10) || coalesce(email, '') || char(10) || coalesce(company_name, '') || char(10) || coalesce(title, '') || char(10) || coalesce(linkedin_slug, '') FROM contact WHERE deleted_at IS NULL;
