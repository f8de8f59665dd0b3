ALTER TABLE `hand_message` ADD `retries` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `hand_message` ADD `not_before` integer;