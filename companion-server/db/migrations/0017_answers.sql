ALTER TABLE `hand_message` ADD `attachments` text;--> statement-breakpoint
CREATE INDEX `hand_unknown` ON `hand_message` (`workspace_id`,`at`) WHERE state = 'unknown';