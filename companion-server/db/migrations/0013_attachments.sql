CREATE TABLE `attachment` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sha256` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attachment_content` ON `attachment` (`workspace_id`,`sha256`);--> statement-breakpoint
CREATE INDEX `attachment_name` ON `attachment` (`workspace_id`,`name`,`id`);--> statement-breakpoint
ALTER TABLE `template` ADD `attachments` text DEFAULT '[]' NOT NULL;