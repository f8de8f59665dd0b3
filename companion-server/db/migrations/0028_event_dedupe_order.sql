DROP INDEX `event_dedupe`;--> statement-breakpoint
CREATE UNIQUE INDEX `event_dedupe` ON `event` (`dedupe_key`,`workspace_id`);