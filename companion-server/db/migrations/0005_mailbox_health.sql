CREATE TABLE `deliverability` (
	`channel_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`domain` text NOT NULL,
	`findings` text NOT NULL,
	`checked_at` integer,
	`test_mail` text
);
--> statement-breakpoint
CREATE TABLE `member_setting` (
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`alert_mail` integer DEFAULT true NOT NULL,
	PRIMARY KEY(`workspace_id`, `user_id`)
);
--> statement-breakpoint
ALTER TABLE `system_mail` ADD `user_id` text;