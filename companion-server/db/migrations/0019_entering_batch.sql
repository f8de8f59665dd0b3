CREATE TABLE `entering_batch` (
	`id` text PRIMARY KEY NOT NULL,
	`automation_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`node_id` text NOT NULL,
	`contact_ids` text NOT NULL,
	`n` integer NOT NULL,
	`total` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `entering_batch_automation` ON `entering_batch` (`automation_id`,`id`);--> statement-breakpoint
CREATE INDEX `entering_batch_at` ON `entering_batch` (`at`,`id`);