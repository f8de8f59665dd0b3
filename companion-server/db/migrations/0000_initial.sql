CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `account_user` ON `account` (`user_id`);--> statement-breakpoint
CREATE TABLE `device_code` (
	`id` text PRIMARY KEY NOT NULL,
	`device_code` text NOT NULL,
	`user_code` text NOT NULL,
	`user_id` text,
	`expires_at` integer NOT NULL,
	`status` text NOT NULL,
	`last_polled_at` integer,
	`polling_interval` integer,
	`client_id` text,
	`scope` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `device_code_code` ON `device_code` (`device_code`);--> statement-breakpoint
CREATE UNIQUE INDEX `device_code_user` ON `device_code` (`user_code`);--> statement-breakpoint
CREATE TABLE `invitation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`status` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer,
	`inviter_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `member` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `member_user` ON `member` (`organization_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `organization` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`logo` text,
	`metadata` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organization_slug_unique` ON `organization` (`slug`);--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL,
	`token` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`user_id` text NOT NULL,
	`active_organization_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `session_token_unique` ON `session` (`token`);--> statement-breakpoint
CREATE INDEX `session_user` ON `session` (`user_id`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);--> statement-breakpoint
CREATE TABLE `verification` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verification_identifier` ON `verification` (`identifier`);--> statement-breakpoint
CREATE TABLE `admission` (
	`automation_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`next_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `admission_due` ON `admission` (`next_at`);--> statement-breakpoint
CREATE TABLE `automation` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text DEFAULT 'draft' NOT NULL,
	`draft` text NOT NULL,
	`version_id` text,
	`hold_count` integer DEFAULT 0 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`started_at` integer
);
--> statement-breakpoint
CREATE INDEX `automation_workspace` ON `automation` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `automation_sender` (
	`automation_id` text NOT NULL,
	`node_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`weight` integer DEFAULT 1 NOT NULL,
	`placed` integer DEFAULT 0 NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	PRIMARY KEY(`automation_id`, `node_id`, `sender_id`)
);
--> statement-breakpoint
CREATE TABLE `automation_version` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`number` integer NOT NULL,
	`graph` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `version_number` ON `automation_version` (`automation_id`,`number`);--> statement-breakpoint
CREATE TABLE `company_slot` (
	`automation_id` text NOT NULL,
	`node_id` text NOT NULL,
	`company_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`active` integer DEFAULT 0 NOT NULL,
	`slot_limit` integer NOT NULL,
	PRIMARY KEY(`automation_id`, `node_id`, `company_id`),
	CONSTRAINT "company_slot_bounds" CHECK(active >= 0)
);
--> statement-breakpoint
CREATE TABLE `cursor` (
	`id` text PRIMARY KEY NOT NULL,
	`enrollment_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`node_id` text NOT NULL,
	`visit` integer DEFAULT 0 NOT NULL,
	`state` text NOT NULL,
	`wake_at` integer,
	`waits_for` text,
	`deadline_at` integer,
	`ending` text,
	`reason` text
);
--> statement-breakpoint
CREATE INDEX `cursor_enrollment` ON `cursor` (`enrollment_id`,`id`);--> statement-breakpoint
CREATE INDEX `cursor_wake` ON `cursor` (`wake_at`) WHERE state = 'waiting' AND wake_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `enrollment` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`automation_id` text NOT NULL,
	`version_id` text NOT NULL,
	`segment_node_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`company_id` text,
	`rotation` integer DEFAULT 1 NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`live` integer DEFAULT 0 NOT NULL,
	`sender_id` text,
	`blocked_on` text,
	`replies_from` integer NOT NULL,
	`transitions` integer DEFAULT 0 NOT NULL,
	`visited` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ended_at` integer,
	CONSTRAINT "enrollment_live" CHECK(live IN (0, 1))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `enrollment_rotation` ON `enrollment` (`automation_id`,`contact_id`,`rotation`);--> statement-breakpoint
CREATE UNIQUE INDEX `enrollment_one_live` ON `enrollment` (`workspace_id`,`contact_id`) WHERE live = 1;--> statement-breakpoint
CREATE INDEX `enrollment_queue` ON `enrollment` (`automation_id`,`id`) WHERE live = 0 AND ended_at IS NULL AND blocked_on IS NULL;--> statement-breakpoint
CREATE INDEX `enrollment_blocked` ON `enrollment` (`blocked_on`,`id`) WHERE blocked_on IS NOT NULL;--> statement-breakpoint
CREATE INDEX `enrollment_sender` ON `enrollment` (`sender_id`,`id`) WHERE live = 1;--> statement-breakpoint
CREATE INDEX `enrollment_status` ON `enrollment` (`automation_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `enrollment_contact` ON `enrollment` (`contact_id`,`id`);--> statement-breakpoint
CREATE TABLE `node_count` (
	`automation_id` text NOT NULL,
	`node_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`standing` integer DEFAULT 0 NOT NULL,
	`passed` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`automation_id`, `node_id`)
);
--> statement-breakpoint
CREATE TABLE `segment_slot` (
	`automation_id` text NOT NULL,
	`node_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`active` integer DEFAULT 0 NOT NULL,
	`active_limit` integer NOT NULL,
	PRIMARY KEY(`automation_id`, `node_id`),
	CONSTRAINT "segment_slot_bounds" CHECK(active >= 0)
);
--> statement-breakpoint
CREATE TABLE `task` (
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
	`message_id` text,
	`proof` text,
	`verified` integer,
	`created_at` integer NOT NULL,
	`committed_at` integer,
	`finished_at` integer,
	CONSTRAINT "task_leased" CHECK((state IN ('claimed','committing')) = (lease_until IS NOT NULL)),
	CONSTRAINT "task_finished" CHECK((state IN ('done','failed','closed','skipped','canceled')) = (finished_at IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `task_step` ON `task` (`enrollment_id`,`node_id`,`visit`);--> statement-breakpoint
CREATE UNIQUE INDEX `task_inflight` ON `task` (`channel_id`) WHERE state IN ('claimed','committing');--> statement-breakpoint
CREATE INDEX `task_ready` ON `task` (`channel_id`,`kind`,`priority`,`not_before`,`id`) WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX `task_scheduled` ON `task` (`not_before`) WHERE state = 'scheduled' AND blocked_on IS NULL;--> statement-breakpoint
CREATE INDEX `task_blocked` ON `task` (`blocked_on`) WHERE blocked_on IS NOT NULL;--> statement-breakpoint
CREATE INDEX `task_lease` ON `task` (`lease_until`) WHERE state IN ('claimed','committing');--> statement-breakpoint
CREATE INDEX `task_unknown` ON `task` (`workspace_id`,`id`) WHERE state = 'unknown';--> statement-breakpoint
CREATE INDEX `task_contact` ON `task` (`contact_id`,`id`);--> statement-breakpoint
CREATE INDEX `task_cursor` ON `task` (`cursor_id`);--> statement-breakpoint
CREATE INDEX `task_message` ON `task` (`message_id`) WHERE message_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `task_attempt` (
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
CREATE TABLE `company` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `company_key` ON `company` (`workspace_id`,`key`);--> statement-breakpoint
CREATE TABLE `contact` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`first_name` text DEFAULT '' NOT NULL,
	`last_name` text DEFAULT '' NOT NULL,
	`sort_name` text DEFAULT '' NOT NULL,
	`email` text,
	`linkedin_slug` text,
	`linkedin_profile_id` text,
	`linkedin_member_id` text,
	`company_id` text,
	`company_name` text,
	`title` text,
	`location` text,
	`custom` text,
	`source` text NOT NULL,
	`legal_basis` text NOT NULL,
	`enriched_at` integer,
	`replied_at` integer,
	`last_outreach_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `contact_sort` ON `contact` (`workspace_id`,`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `contact_created` ON `contact` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `contact_identity` (
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`contact_id` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `identity_contact` ON `contact_identity` (`contact_id`);--> statement-breakpoint
CREATE TABLE `contact_import` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`file_name` text NOT NULL,
	`state` text NOT NULL,
	`encoding` text NOT NULL,
	`delimiter` text NOT NULL,
	`columns` text NOT NULL,
	`rows` text,
	`row_count` integer NOT NULL,
	`list_id` text,
	`added` integer DEFAULT 0 NOT NULL,
	`updated` integer DEFAULT 0 NOT NULL,
	`duplicates` integer DEFAULT 0 NOT NULL,
	`rejected` integer DEFAULT 0 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `import_workspace` ON `contact_import` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `contact_import_row` (
	`import_id` text NOT NULL,
	`row` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`outcome` text NOT NULL,
	`field` text,
	`reason` text,
	`contact_id` text,
	PRIMARY KEY(`import_id`, `row`)
);
--> statement-breakpoint
CREATE INDEX `import_row_outcome` ON `contact_import_row` (`import_id`,`outcome`,`row`);--> statement-breakpoint
CREATE TABLE `list` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`member_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `list_name` ON `list` (`workspace_id`,`name`);--> statement-breakpoint
CREATE TABLE `list_member` (
	`list_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`added_at` integer NOT NULL,
	PRIMARY KEY(`list_id`, `contact_id`)
);
--> statement-breakpoint
CREATE INDEX `list_member_contact` ON `list_member` (`contact_id`);--> statement-breakpoint
CREATE TABLE `relation` (
	`contact_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`status` text NOT NULL,
	`since` integer NOT NULL,
	`invite_sent_at` integer,
	`connected_at` integer,
	`last_interaction_at` integer,
	PRIMARY KEY(`contact_id`, `sender_id`)
);
--> statement-breakpoint
CREATE INDEX `relation_interaction` ON `relation` (`contact_id`,`last_interaction_at`);--> statement-breakpoint
CREATE TABLE `suppression` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `suppression_key` ON `suppression` (`workspace_id`,`kind`,`value`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`entity` text NOT NULL,
	`entity_id` text NOT NULL,
	`at` integer NOT NULL,
	`data` text
);
--> statement-breakpoint
CREATE INDEX `audit_workspace` ON `audit` (`workspace_id`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `event` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`contact_id` text,
	`enrollment_id` text,
	`automation_id` text,
	`sender_id` text,
	`task_id` text,
	`node_id` text,
	`dedupe_key` text NOT NULL,
	`data` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_dedupe` ON `event` (`workspace_id`,`dedupe_key`);--> statement-breakpoint
CREATE INDEX `event_contact` ON `event` (`contact_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `event_workspace` ON `event` (`workspace_id`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `inbound_message` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`contact_id` text NOT NULL,
	`remote_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text,
	`text` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inbound_remote` ON `inbound_message` (`channel_id`,`remote_id`);--> statement-breakpoint
CREATE INDEX `inbound_contact` ON `inbound_message` (`contact_id`,`at`);--> statement-breakpoint
CREATE TABLE `leader` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mail_cursor` (
	`channel_id` text NOT NULL,
	`folder` text NOT NULL,
	`workspace_id` text NOT NULL,
	`uid_validity` text NOT NULL,
	`uid_next` integer NOT NULL,
	`highest_modseq` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `folder`)
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`workspace_id` text NOT NULL,
	`topic` text NOT NULL,
	`entity_id` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `outbox_workspace` ON `outbox` (`workspace_id`,`seq`);--> statement-breakpoint
CREATE INDEX `outbox_at` ON `outbox` (`at`);--> statement-breakpoint
CREATE TABLE `channel` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`kind` text NOT NULL,
	`address` text,
	`display_name` text,
	`slug` text,
	`profile_id` text,
	`premium` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'not_set_up' NOT NULL,
	`reason` text,
	`reason_detail` text,
	`status_since` integer,
	`last_checked_at` integer,
	`smtp_status` text DEFAULT 'not_set_up' NOT NULL,
	`smtp_response` text,
	`imap_status` text DEFAULT 'not_set_up' NOT NULL,
	`imap_response` text,
	`last_seen_at` integer,
	`inflight` integer DEFAULT 0 NOT NULL,
	`next_at` integer DEFAULT 0 NOT NULL,
	`next_limit` text,
	`active_since` integer,
	`rest_until` integer,
	`hold_count` integer DEFAULT 0 NOT NULL,
	`runner_device_id` text,
	`runner_lease_until` integer,
	`acceptances_read_at` integer,
	`inbox_read_at` integer,
	`acceptances_since` integer,
	`inbox_since` integer,
	`reconcile_from` integer,
	`watch_retry_at` integer,
	`restart` text,
	`outcomes` text DEFAULT '' NOT NULL,
	`first_used_at` integer,
	`last_action_at` integer,
	`created_at` integer NOT NULL,
	CONSTRAINT "channel_inflight" CHECK(inflight IN (0, 1)),
	CONSTRAINT "channel_holds" CHECK(hold_count >= 0)
);
--> statement-breakpoint
CREATE INDEX `channel_sender` ON `channel` (`sender_id`,`kind`);--> statement-breakpoint
CREATE INDEX `channel_workspace` ON `channel` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `channel_address` ON `channel` (`kind`,`address`) WHERE address IS NOT NULL;--> statement-breakpoint
CREATE TABLE `device` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`extension_version` text,
	`paired_by` text NOT NULL,
	`paired_at` integer NOT NULL,
	`last_seen_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `device_token` ON `device` (`token_hash`);--> statement-breakpoint
CREATE INDEX `device_sender` ON `device` (`sender_id`);--> statement-breakpoint
CREATE TABLE `hold` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`scope` text NOT NULL,
	`scope_id` text NOT NULL,
	`kind` text DEFAULT '' NOT NULL,
	`reason` text NOT NULL,
	`detail` text,
	`since` integer NOT NULL,
	`until` integer,
	`by` text NOT NULL,
	`lifted_at` integer,
	`lifted_by` text,
	CONSTRAINT "hold_reason" CHECK(length(reason) > 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `hold_open` ON `hold` (`scope`,`scope_id`,`kind`,`reason`) WHERE lifted_at IS NULL;--> statement-breakpoint
CREATE INDEX `hold_workspace` ON `hold` (`workspace_id`) WHERE lifted_at IS NULL;--> statement-breakpoint
CREATE INDEX `hold_until` ON `hold` (`until`) WHERE lifted_at IS NULL AND until IS NOT NULL;--> statement-breakpoint
CREATE TABLE `lane` (
	`channel_id` text NOT NULL,
	`kind` text NOT NULL,
	`workspace_id` text NOT NULL,
	`executor` text NOT NULL,
	`ready_count` integer DEFAULT 0 NOT NULL,
	`next_at` integer DEFAULT 0 NOT NULL,
	`next_limit` text,
	`hold_count` integer DEFAULT 0 NOT NULL,
	`hold_times` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`channel_id`, `kind`),
	CONSTRAINT "lane_ready" CHECK(ready_count >= 0),
	CONSTRAINT "lane_holds" CHECK(hold_count >= 0)
);
--> statement-breakpoint
CREATE INDEX `lane_due` ON `lane` (`executor`,`next_at`) WHERE ready_count > 0 AND hold_count = 0;--> statement-breakpoint
CREATE TABLE `mailbox` (
	`channel_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`settings` text NOT NULL,
	`sealed` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pairing` (
	`user_code` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sender_id` text NOT NULL,
	`approved_by` text NOT NULL,
	`approved_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE TABLE `sender` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`owner_user_id` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`settings` text NOT NULL,
	`consent_version` integer,
	`consent_at` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `sender_workspace` ON `sender` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `usage` (
	`account` text NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`task_id` text NOT NULL,
	PRIMARY KEY(`account`, `kind`, `at`, `task_id`)
);
--> statement-breakpoint
CREATE TABLE `workspace` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`postal_address` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL
);
