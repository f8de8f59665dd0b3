CREATE TABLE `contact_bin` (
	`contact_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`list_ids` text NOT NULL,
	`at` integer NOT NULL,
	`erase_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `contact_bin_workspace` ON `contact_bin` (`workspace_id`,`at`,`contact_id`);--> statement-breakpoint
CREATE INDEX `contact_bin_erase` ON `contact_bin` (`erase_at`);--> statement-breakpoint
CREATE TABLE `erasure` (
	`workspace_id` text NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `hash`)
);
--> statement-breakpoint
CREATE TABLE `retention_notice` (
	`contact_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`at` integer NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `retention_notice_workspace` ON `retention_notice` (`workspace_id`,`due_at`,`contact_id`);--> statement-breakpoint
CREATE INDEX `retention_notice_due` ON `retention_notice` (`due_at`);--> statement-breakpoint
ALTER TABLE `contact` ADD `retention_from` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `contact` ADD `erased_at` integer;--> statement-breakpoint
CREATE INDEX `contact_merged` ON `contact` (`merged_into`) WHERE merged_into IS NOT NULL;--> statement-breakpoint
CREATE INDEX `contact_retention` ON `contact` (`workspace_id`,`retention_from`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `retention_months` integer DEFAULT 24;