ALTER TABLE `device` ADD `journal_from` integer;--> statement-breakpoint
ALTER TABLE `restored_doubt` ADD `email` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `restored_doubt` ADD `linkedin` integer DEFAULT false NOT NULL;