import { type CSSVariablesResolver, createTheme } from '@mantine/core';

const closeButtonProps = { 'aria-label': 'Close' };

/** Mantine's defaults with contrast raised where they miss WCAG AA (dimmed text, errors, filled buttons). */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 9, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Tooltip: {
      defaultProps: {
        multiline: true,
        maw: 320,
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Alert: {
      styles: {
        root: { backgroundColor: 'var(--mantine-color-body)' },
        title: { color: 'var(--mantine-color-text)', overflowWrap: 'anywhere' },
      },
    },
    // Wide tables scroll by keyboard too.
    TableScrollContainer: { defaultProps: { type: 'native', tabIndex: 0 } },
    // The page has one banner; the head of a dialog is none.
    Modal: { defaultProps: { centered: true, closeButtonProps, attributes: { header: { role: 'none' } } } },
    Drawer: { defaultProps: { closeButtonProps, attributes: { header: { role: 'none' } } } },
    Notification: {
      defaultProps: { closeButtonProps },
      styles: { description: { color: 'var(--mantine-color-text)' } },
    },
    // The list itself scrolls: it is reached with the arrow keys of its field.
    Select: {
      defaultProps: { allowDeselect: false, withScrollArea: false },
      styles: { options: { maxHeight: 220, overflowY: 'auto' } },
    },
    // A menu holds its items and nothing else; the first has the focus.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});

/** Colours that Mantine's own do not give enough contrast, per scheme. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    // Text on it would have 4.1:1 on Mantine's indigo-2.
    '--mantine-color-indigo-light-hover':
      'color-mix(in srgb, var(--mantine-color-indigo-1), var(--mantine-color-indigo-2) 40%)',
    '--rapport-surface': 'var(--mantine-color-gray-0)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--rapport-surface': 'var(--mantine-color-dark-8)',
  },
});
