/** Limits that more than one place keeps to: sizes in characters unless the name says bytes. Those of a single place stand there. */
export const limits = {
  pageSize: 100,
  csvBytes: 25 * 1024 * 1024,
  csvRows: 50_000,
  csvCell: 10_000,
  csvColumns: 200,
  graphNodes: 200,
  graphEdges: 400,
  template: 8_000,
  emailSubject: 250,
  inmailSubject: 200,
  inmailText: 1_900,
  renderMemory: 1_000_000,
  noteBasic: 200,
  notePremium: 300,
  nodeVisits: 10,
  enrollmentTransitions: 200,
  journalDays: 30,
  /** Names that people give: lists, automations, sender profiles, workspaces, themselves. */
  name: 120,
  attachmentBytes: 5 * 1024 * 1024,
  attachmentName: 200,
  /** Files and images of one email together. */
  attachmentsPerEmail: 10,
  attachmentsPerEmailBytes: 10 * 1024 * 1024,
  /** Of a workspace; automations: those not archived. */
  automations: 500,
  lists: 2_000,
  tags: 2_000,
  templates: 500,
  attachments: 500,
  attachmentsBytes: 250 * 1024 * 1024,
} as const;
