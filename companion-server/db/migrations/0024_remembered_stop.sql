CREATE TABLE `remembered_stop` (
	`workspace_id` text NOT NULL,
	`hash` text NOT NULL,
	`opt_out` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `hash`)
);
