/** The button that empties a choice: named, large enough, and reached with the keyboard, which Mantine's own is not. */
export function clearButton(label: string) {
  return { 'aria-label': label, 'aria-hidden': false, tabIndex: 0, style: { minWidth: 24, minHeight: 24 } };
}
