DROP INDEX `task_cursor`;--> statement-breakpoint
DROP INDEX `outbox_at`;--> statement-breakpoint
CREATE INDEX `event_away` ON `event` (`contact_id`) WHERE type = 'auto_reply_received';