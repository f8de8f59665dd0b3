CREATE TABLE `hand_message` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`message_id` text NOT NULL,
	`references` text NOT NULL,
	`to` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`detail` text,
	`by` text,
	`created_at` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `hand_message_id` ON `hand_message` (`channel_id`,`message_id`);--> statement-breakpoint
CREATE INDEX `hand_contact` ON `hand_message` (`contact_id`,`at`);--> statement-breakpoint
CREATE INDEX `hand_open` ON `hand_message` (`created_at`,`id`) WHERE state IN ('queued','sending');--> statement-breakpoint
CREATE TABLE `thread` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`last_at` integer NOT NULL,
	`last_kind` text NOT NULL,
	`last_text` text NOT NULL,
	`unread` integer DEFAULT false NOT NULL,
	`label` text,
	`snoozed_until` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `thread_key` ON `thread` (`channel_id`,`contact_id`);--> statement-breakpoint
CREATE INDEX `thread_workspace` ON `thread` (`workspace_id`,`last_at`,`id`);--> statement-breakpoint
CREATE INDEX `thread_sender` ON `thread` (`sender_id`,`last_at`,`id`);--> statement-breakpoint
CREATE INDEX `thread_contact` ON `thread` (`contact_id`);--> statement-breakpoint
CREATE INDEX `thread_unread` ON `thread` (`sender_id`,`last_at`,`id`) WHERE unread = 1;--> statement-breakpoint
ALTER TABLE `contact` ADD `undeliverable_email` text;--> statement-breakpoint
ALTER TABLE `suppression` ADD `via` text;--> statement-breakpoint
ALTER TABLE `suppression` ADD `inbound_id` text;--> statement-breakpoint
ALTER TABLE `inbound_message` ADD `task_id` text;--> statement-breakpoint
ALTER TABLE `inbound_message` ADD `mail` text;--> statement-breakpoint
ALTER TABLE `inbound_message` ADD `suggests` text;--> statement-breakpoint
CREATE INDEX `inbound_report` ON `inbound_message` (`workspace_id`,`at`,`id`) WHERE kind IN ('bounce','complaint','unsubscribe');--> statement-breakpoint
ALTER TABLE `sender` ADD `shares_inbox` integer DEFAULT false NOT NULL;--> statement-breakpoint
INSERT INTO `thread` (`id`, `workspace_id`, `channel_id`, `sender_id`, `contact_id`, `last_at`, `last_kind`, `last_text`, `unread`)
SELECT m.`id`, m.`workspace_id`, m.`channel_id`, c.`sender_id`, m.`contact_id`, max(m.`at`), m.`kind`, substr(m.`text`, 1, 200), 0
FROM `inbound_message` m JOIN `channel` c ON c.`id` = m.`channel_id` GROUP BY m.`channel_id`, m.`contact_id`;
