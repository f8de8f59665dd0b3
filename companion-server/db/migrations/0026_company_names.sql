ALTER TABLE `contact` ADD `company_key` text;--> statement-breakpoint
CREATE INDEX `contact_unfolded` ON `contact` (`id`) WHERE company_name IS NOT NULL AND company_key IS NULL;