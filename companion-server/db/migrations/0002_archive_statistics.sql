CREATE TABLE `task_archive` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`cursor_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`node_id` text NOT NULL,
	`visit` integer DEFAULT 0 NOT NULL,
	`kind` text NOT NULL,
	`priority` integer NOT NULL,
	`not_before` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`detail` text,
	`blocked_on` text,
	`retries` integer DEFAULT 0 NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`fence` integer DEFAULT 0 NOT NULL,
	`lease_owner` text,
	`lease_until` integer,
	`payload` text,
	`payload_hash` text,
	`approval` text,
	`shown` text,
	`message_id` text,
	`proof` text,
	`verified` integer,
	`created_at` integer NOT NULL,
	`committed_at` integer,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `task_archive_enrollment` ON `task_archive` (`enrollment_id`);--> statement-breakpoint
CREATE INDEX `task_archive_contact` ON `task_archive` (`contact_id`);--> statement-breakpoint
CREATE INDEX `task_archive_message` ON `task_archive` (`message_id`) WHERE message_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `task_attempt_archive` (
	`task_id` text NOT NULL,
	`fence` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`executor` text NOT NULL,
	`claimed_at` integer NOT NULL,
	`committed_at` integer,
	`ended_at` integer,
	`outcome` text,
	`detail` text,
	PRIMARY KEY(`task_id`, `fence`)
);
--> statement-breakpoint
CREATE TABLE `stat_daily` (
	`workspace_id` text NOT NULL,
	`scope` text NOT NULL,
	`scope_id` text NOT NULL,
	`day` integer NOT NULL,
	`metric` text NOT NULL,
	`n` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`workspace_id`, `scope`, `scope_id`, `day`, `metric`)
);
--> statement-breakpoint
CREATE INDEX `stat_daily_day` ON `stat_daily` (`workspace_id`,`day`);--> statement-breakpoint
CREATE TABLE `stat_mark` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `enrollment` ADD `archived_at` integer;--> statement-breakpoint
CREATE INDEX `enrollment_to_archive` ON `enrollment` (`ended_at`,`id`) WHERE ended_at IS NOT NULL AND archived_at IS NULL;