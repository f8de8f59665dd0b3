CREATE TABLE `template` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`updated_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `template_name` ON `template` (`workspace_id`,`name`);--> statement-breakpoint
CREATE TABLE `tracking_hit` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`task_id` text NOT NULL,
	`link` integer,
	`machine` text,
	`at` integer NOT NULL,
	`settled` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tracking_hit_task` ON `tracking_hit` (`task_id`,`at`);--> statement-breakpoint
CREATE INDEX `tracking_hit_open` ON `tracking_hit` (`at`) WHERE settled = 0;--> statement-breakpoint
ALTER TABLE `automation` ADD `track_opens` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `automation` ADD `track_clicks` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sender` ADD `signature` text DEFAULT '' NOT NULL;