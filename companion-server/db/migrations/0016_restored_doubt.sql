CREATE TABLE `found_identity` (
	`workspace_id` text NOT NULL,
	`hash` text NOT NULL,
	`channel_id` text NOT NULL,
	`key` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `hash`, `channel_id`, `key`)
);
--> statement-breakpoint
CREATE TABLE `restored_doubt` (
	`enrollment_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `restored_doubt_workspace` ON `restored_doubt` (`workspace_id`);