/** Every limit of the product in one place. Sizes in characters unless the name says bytes. */
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
  noteBasic: 200,
  notePremium: 300,
  nodeVisits: 10,
  enrollmentTransitions: 200,
  journalDays: 30,
  listName: 120,
} as const;
