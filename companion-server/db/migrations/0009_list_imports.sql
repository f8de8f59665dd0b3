CREATE TABLE `list_import` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`kind` text NOT NULL,
	`url` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`start` integer DEFAULT 0 NOT NULL,
	`at_most` integer NOT NULL,
	`total` integer,
	`pages_loaded` integer DEFAULT 0 NOT NULL,
	`stoplisted` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `list_import_running` ON `list_import` (`sender_id`,`next_at`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `list_import_sender` ON `list_import` (`sender_id`,`id`);