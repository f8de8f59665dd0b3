CREATE TABLE `entering` (
	`automation_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`version_id` text NOT NULL,
	`source` integer NOT NULL,
	`position` text NOT NULL,
	`looked` integer NOT NULL,
	`total` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `entering_at` ON `entering` (`at`);