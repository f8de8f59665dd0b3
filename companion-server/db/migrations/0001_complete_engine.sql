CREATE TABLE `daily_limit_wait` (
	`automation_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`kind` text NOT NULL,
	`workspace_id` text NOT NULL,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`automation_id`, `channel_id`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `daily_limit_due` ON `daily_limit_wait` (`next_at`);--> statement-breakpoint
CREATE TABLE `enrollment_count` (
	`automation_id` text NOT NULL,
	`status` text NOT NULL,
	`n` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`automation_id`, `status`)
);
--> statement-breakpoint
CREATE TABLE `move_origin` (
	`enrollment_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`version_id` text NOT NULL,
	`origin` text NOT NULL,
	`ended` integer DEFAULT false NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `move_origin_ended` ON `move_origin` (`version_id`,`enrollment_id`) WHERE ended = 1;--> statement-breakpoint
CREATE INDEX `move_origin_at` ON `move_origin` (`at`);--> statement-breakpoint
CREATE TABLE `segment_source` (
	`source_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`node_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	PRIMARY KEY(`source_id`, `automation_id`, `node_id`)
);
--> statement-breakpoint
CREATE INDEX `segment_source_automation` ON `segment_source` (`automation_id`);--> statement-breakpoint
CREATE TABLE `version_move` (
	`from_version_id` text PRIMARY KEY NOT NULL,
	`to_version_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`plan` text NOT NULL,
	`restores` integer DEFAULT false NOT NULL,
	`total` integer NOT NULL,
	`moved` integer DEFAULT 0 NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `version_move_open` ON `version_move` (`from_version_id`) WHERE finished_at IS NULL;--> statement-breakpoint
CREATE INDEX `version_move_automation` ON `version_move` (`automation_id`,`from_version_id`);--> statement-breakpoint
CREATE TABLE `bulk_action` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`input` text NOT NULL,
	`selection` text NOT NULL,
	`only_owner` text,
	`state` text NOT NULL,
	`total` integer NOT NULL,
	`position` text NOT NULL,
	`changed` integer DEFAULT 0 NOT NULL,
	`skipped` integer DEFAULT 0 NOT NULL,
	`restored` integer DEFAULT 0 NOT NULL,
	`notes` text,
	`undone_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `bulk_action_running` ON `bulk_action` (`id`) WHERE state IN ('running','undoing');--> statement-breakpoint
CREATE INDEX `bulk_action_automation` ON `bulk_action` (`automation_id`,`id`);--> statement-breakpoint
CREATE TABLE `bulk_action_item` (
	`bulk_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`outcome` text NOT NULL,
	`note` text,
	`revision` integer,
	`before` text,
	PRIMARY KEY(`bulk_id`, `enrollment_id`)
);
--> statement-breakpoint
CREATE INDEX `bulk_action_item_outcome` ON `bulk_action_item` (`bulk_id`,`outcome`,`enrollment_id`);--> statement-breakpoint
CREATE TABLE `contact_tag` (
	`tag_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`added_at` integer NOT NULL,
	PRIMARY KEY(`tag_id`, `contact_id`)
);
--> statement-breakpoint
CREATE INDEX `contact_tag_contact` ON `contact_tag` (`contact_id`);--> statement-breakpoint
CREATE TABLE `tag` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tag_name` ON `tag` (`workspace_id`,`name`);--> statement-breakpoint
CREATE TABLE `data_step` (
	`enrollment_id` text NOT NULL,
	`node_id` text NOT NULL,
	`visit` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`enrollment_id`, `node_id`, `visit`)
);
--> statement-breakpoint
CREATE TABLE `manual_task` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`cursor_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`node_id` text NOT NULL,
	`visit` integer NOT NULL,
	`kind` text NOT NULL,
	`instruction` text NOT NULL,
	`due_at` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`note` text,
	`ended_by` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	CONSTRAINT "manual_task_finished" CHECK((state = 'ready') = (finished_at IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `manual_task_step` ON `manual_task` (`enrollment_id`,`node_id`,`visit`);--> statement-breakpoint
CREATE INDEX `manual_task_cursor` ON `manual_task` (`cursor_id`);--> statement-breakpoint
CREATE INDEX `manual_task_contact` ON `manual_task` (`contact_id`);--> statement-breakpoint
CREATE INDEX `manual_task_open` ON `manual_task` (`workspace_id`,`due_at`,`id`) WHERE state = 'ready';--> statement-breakpoint
CREATE TABLE `notification` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`node_id` text NOT NULL,
	`text` text NOT NULL,
	`at` integer NOT NULL,
	`seen_at` integer
);
--> statement-breakpoint
CREATE INDEX `notification_unseen` ON `notification` (`workspace_id`,`user_id`,`id`) WHERE seen_at IS NULL;--> statement-breakpoint
CREATE INDEX `notification_contact` ON `notification` (`contact_id`);--> statement-breakpoint
CREATE TABLE `webhook_delivery` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`node_id` text NOT NULL,
	`url` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`answer` text,
	`created_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `webhook_delivery_due` ON `webhook_delivery` (`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_delivery_workspace` ON `webhook_delivery` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_contact` ON `webhook_delivery` (`contact_id`);--> statement-breakpoint
CREATE TABLE `account_pace` (
	`account` text PRIMARY KEY NOT NULL,
	`first_used_at` integer,
	`last_action_at` integer,
	`restart` text
);
--> statement-breakpoint
CREATE TABLE `sender_exit` (
	`sender_id` text NOT NULL,
	`automation_id` text DEFAULT '' NOT NULL,
	`segment_node_id` text DEFAULT '' NOT NULL,
	`node_id` text DEFAULT '' NOT NULL,
	`workspace_id` text NOT NULL,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`sender_id`, `automation_id`, `segment_node_id`)
);
--> statement-breakpoint
CREATE TABLE `channel_loss` (
	`channel_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`lost_at` integer,
	`regained_at` integer,
	`times` text NOT NULL,
	`flapping_at` integer,
	`failed_logins` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `presence_span` (
	`channel_id` text NOT NULL,
	`from` integer NOT NULL,
	`until` integer NOT NULL,
	`workspace_id` text NOT NULL,
	PRIMARY KEY(`channel_id`, `from`),
	CONSTRAINT "presence_span_order" CHECK("until" > "from")
);
--> statement-breakpoint
CREATE INDEX `presence_span_until` ON `presence_span` (`channel_id`,`until`);--> statement-breakpoint
CREATE TABLE `system_mail` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`dedupe_key` text NOT NULL,
	`about_id` text NOT NULL,
	`recipient` text,
	`step` integer,
	`cause_at` integer NOT NULL,
	`send_at` integer NOT NULL,
	`deadline_at` integer NOT NULL,
	`state` text DEFAULT 'planned' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`failure` text,
	`ended_at` integer,
	CONSTRAINT "system_mail_ended" CHECK((state = 'planned') = (ended_at IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `system_mail_key` ON `system_mail` (`workspace_id`,`dedupe_key`);--> statement-breakpoint
CREATE INDEX `system_mail_due` ON `system_mail` (`send_at`) WHERE state = 'planned';--> statement-breakpoint
CREATE INDEX `system_mail_about` ON `system_mail` (`about_id`) WHERE state = 'planned';--> statement-breakpoint
CREATE INDEX `system_mail_failed` ON `system_mail` (`workspace_id`,`ended_at`) WHERE state = 'failed';--> statement-breakpoint
CREATE TABLE `database_mark` (
	`id` text PRIMARY KEY NOT NULL,
	`lineage` text NOT NULL,
	`epoch` integer NOT NULL,
	`is_copy` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE `found_step` (
	`channel_id` text NOT NULL,
	`key` text NOT NULL,
	`workspace_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`certain` integer NOT NULL,
	`proof` text NOT NULL,
	`taken_by` text,
	PRIMARY KEY(`channel_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `found_step_open` ON `found_step` (`contact_id`,`kind`,`at`) WHERE taken_by IS NULL;--> statement-breakpoint
CREATE INDEX `found_step_workspace` ON `found_step` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `integrity_report` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`found` integer NOT NULL,
	`drifts` text NOT NULL,
	`repaired_at` integer,
	`repaired_by` text
);
--> statement-breakpoint
CREATE INDEX `integrity_report_workspace` ON `integrity_report` (`workspace_id`,`id`);--> statement-breakpoint
DROP INDEX `enrollment_one_live`;--> statement-breakpoint
ALTER TABLE `enrollment` ADD `exclusive` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollment` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `enrollment_automation` ON `enrollment` (`automation_id`,`id`);--> statement-breakpoint
CREATE INDEX `enrollment_assigned` ON `enrollment` (`sender_id`,`id`) WHERE live = 0 AND ended_at IS NULL AND sender_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `enrollment_reason` ON `enrollment` (`automation_id`,`reason`,`id`) WHERE reason IS NOT NULL;--> statement-breakpoint
CREATE INDEX `enrollment_by_sender` ON `enrollment` (`automation_id`,`sender_id`,`id`);--> statement-breakpoint
CREATE INDEX `enrollment_company` ON `enrollment` (`automation_id`,`company_id`) WHERE ended_at IS NULL AND company_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `enrollment_version` ON `enrollment` (`version_id`,`id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `enrollment_active` ON `enrollment` (`automation_id`,`segment_node_id`,`company_id`) WHERE live = 1;--> statement-breakpoint
CREATE INDEX `enrollment_paused` ON `enrollment` (`workspace_id`,`reason`,`id`) WHERE status = 'paused';--> statement-breakpoint
CREATE UNIQUE INDEX `enrollment_one_live` ON `enrollment` (`workspace_id`,`contact_id`) WHERE live = 1 AND exclusive = 1;--> statement-breakpoint
DROP INDEX `task_blocked`;--> statement-breakpoint
ALTER TABLE `task` ADD `approval` text;--> statement-breakpoint
ALTER TABLE `task` ADD `shown` text;--> statement-breakpoint
CREATE INDEX `task_approval` ON `task` (`workspace_id`,`id`) WHERE state = 'waiting_approval';--> statement-breakpoint
CREATE INDEX `task_missing_data` ON `task` (`workspace_id`,`id`) WHERE state = 'scheduled' AND reason = 'missing_data' AND blocked_on IS NOT NULL;--> statement-breakpoint
CREATE INDEX `task_blocked` ON `task` (`blocked_on`,`priority`,`not_before`,`id`) WHERE blocked_on IS NOT NULL;--> statement-breakpoint
ALTER TABLE `automation` ADD `closing` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `automation` ADD `pause_colleagues` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `automation` ADD `approve_each` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `automation` ADD `daily_limits` text;--> statement-breakpoint
CREATE INDEX `automation_closing` ON `automation` (`id`) WHERE closing = 1;--> statement-breakpoint
ALTER TABLE `automation_version` ADD `counts_before` text;--> statement-breakpoint
ALTER TABLE `automation_version` ADD `restores` text;--> statement-breakpoint
ALTER TABLE `cursor` ADD `automation_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `cursor_node` ON `cursor` (`automation_id`,`node_id`,`enrollment_id`) WHERE state <> 'ended';--> statement-breakpoint
CREATE INDEX `cursor_failed` ON `cursor` (`automation_id`,`node_id`) WHERE ending = 'failed';--> statement-breakpoint
ALTER TABLE `contact` ADD `zone` text;--> statement-breakpoint
ALTER TABLE `contact` ADD `pinned_sender_id` text;--> statement-breakpoint
ALTER TABLE `contact` ADD `open_profile` integer;--> statement-breakpoint
ALTER TABLE `contact` ADD `merged_into` text;--> statement-breakpoint
ALTER TABLE `relation` ADD `by_rapport` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `relation` ADD `withdraw_at` integer;--> statement-breakpoint
ALTER TABLE `relation` ADD `locked_until` integer;--> statement-breakpoint
ALTER TABLE `relation` ADD `thread_from` integer;--> statement-breakpoint
CREATE INDEX `relation_invites` ON `relation` (`sender_id`,`invite_sent_at`) WHERE invite_sent_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `relation_pending` ON `relation` (`sender_id`,`contact_id`) WHERE status = 'invite_sent';--> statement-breakpoint
CREATE INDEX `relation_withdraw` ON `relation` (`sender_id`,`withdraw_at`) WHERE withdraw_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `relation_locked` ON `relation` (`locked_until`) WHERE locked_until IS NOT NULL;--> statement-breakpoint
CREATE INDEX `relation_thread` ON `relation` (`sender_id`,`thread_from`) WHERE thread_from IS NOT NULL;--> statement-breakpoint
ALTER TABLE `channel` ADD `released_address` text;--> statement-breakpoint
ALTER TABLE `channel` ADD `sent_read_at` integer;--> statement-breakpoint
ALTER TABLE `channel` ADD `sent_asked_at` integer;--> statement-breakpoint
ALTER TABLE `channel` ADD `watch_failure` text;--> statement-breakpoint
ALTER TABLE `channel` ADD `guards_from` integer;--> statement-breakpoint
ALTER TABLE `device` ADD `journal_read_at` integer;--> statement-breakpoint
ALTER TABLE `hold` ADD `reconciling` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `hold_reason` ON `hold` (`reason`,`scope_id`) WHERE lifted_at IS NULL;--> statement-breakpoint
ALTER TABLE `sender` ADD `reconnect_mail` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `sender` ADD `shares_presence` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sender` ADD `purged_at` integer;--> statement-breakpoint
CREATE INDEX `sender_retiring` ON `sender` (`id`) WHERE state = 'retiring';--> statement-breakpoint
CREATE INDEX `sender_bin` ON `sender` (`deleted_at`) WHERE state = 'deleted' AND purged_at IS NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `many_automations` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `person_spacing_ms` integer DEFAULT 14400000 NOT NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `webhook_secret` text;--> statement-breakpoint
ALTER TABLE `workspace` ADD `restored_at` integer;--> statement-breakpoint
ALTER TABLE `workspace` ADD `restored_from` integer;--> statement-breakpoint
CREATE INDEX `automation_sender_of` ON `automation_sender` (`sender_id`);--> statement-breakpoint
CREATE INDEX `import_row_contact` ON `contact_import_row` (`contact_id`) WHERE contact_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `suppression_workspace` ON `suppression` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `event_bounced` ON `event` (`task_id`) WHERE type = 'bounced';--> statement-breakpoint
INSERT INTO `enrollment_count` (`automation_id`, `status`, `n`) SELECT `automation_id`, `status`, count(*) FROM `enrollment` GROUP BY `automation_id`, `status`;--> statement-breakpoint
UPDATE `cursor` SET `automation_id` = (SELECT `automation_id` FROM `enrollment` WHERE `enrollment`.`id` = `cursor`.`enrollment_id`);
--> statement-breakpoint
INSERT INTO `segment_source` (`source_id`, `automation_id`, `node_id`, `workspace_id`) SELECT DISTINCT l.value, a.`id`, n.value ->> 'id', a.`workspace_id` FROM `automation` AS a JOIN `automation_version` AS v ON v.`id` = a.`version_id`, json_each(v.`graph`, '$.nodes') AS n, json_each(n.value, '$.config.listIds') AS l WHERE a.`status` = 'running' AND n.value ->> 'type' = 'segment';
