CREATE TABLE `contact_note` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`user_id` text NOT NULL,
	`text` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `note_contact` ON `contact_note` (`contact_id`,`id`);--> statement-breakpoint
CREATE INDEX `contact_company` ON `contact` (`company_id`) WHERE company_id IS NOT NULL;