import '@mantine/core/styles.css';
import './page.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { type ComponentType, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { order } from './order.ts';
import { loadView, useView, type View } from './view.ts';

const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  cursorType: 'pointer',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem' },
});

/** Paints a page from local data first, then asks the background for news. */
export async function mount(Page: ComponentType<{ view: View }>): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  const first = await loadView();
  const Live = () => <Page view={useView(first)} />;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <Live />
      </MantineProvider>
    </StrictMode>,
  );
  if (first.pairing.state === 'paired') await order('ui.refresh');
}
