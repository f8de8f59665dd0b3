/** Only paths of this dashboard: a link must not lead a freshly signed-in member elsewhere. */
export function safePath(wanted: string | undefined): string {
  return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}
