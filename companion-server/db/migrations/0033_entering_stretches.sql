ALTER TABLE `entering` ADD `stretches` text;--> statement-breakpoint
-- Before entering only a refused LinkedIn link paused with this reason; it has one of its own now.
UPDATE `enrollment` SET `reason` = 'link_refused' WHERE `status` = 'paused' AND `reason` = 'missing_data';
