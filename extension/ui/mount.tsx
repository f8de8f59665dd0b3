import './mantine.css';
import './page.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { type ComponentType, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Notice } from './Notice.tsx';
import { order } from './order.ts';
import { loadView, useView, type View } from './view.ts';

const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  cursorType: 'pointer',
  components: {
    Tooltip: {
      defaultProps: {
        multiline: true,
        maw: 280,
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
      },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem' },
});

/** Paints a page from local data first, then asks the background for news. */
export async function mount(Page: ComponentType<{ view: View }>): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  const first = await loadView().catch((error: unknown) => String(error));
  if (typeof first === 'string') {
    render(root, <Unreadable why={first} />);
    return;
  }
  const Live = () => <Page view={useView(first)} />;
  render(root, <Live />);
  performance.mark('rapport-page');
  if (first.pairing.state === 'paired') await order('ui.refresh');
}

function render(root: HTMLElement, page: ReactNode): void {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        {page}
      </MantineProvider>
    </StrictMode>,
  );
}

/** The browser's own storage is broken or full: said, never a blank page. */
function Unreadable({ why }: { why: string }) {
  return (
    <main>
      <h1>Rapport</h1>
      <Notice
        colour="red"
        title="This browser’s storage cannot be read"
        detail={why}
        action="Restart the browser. If it stays, remove the extension, install it again and pair anew."
      />
    </main>
  );
}
