import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchLine } from './client/line';
import { App } from './frame/app';
import { beginStyles } from './frame/nonce';
import { beginText } from './frame/text-size';
import { beginWords } from './words';
import './frame/frame.css';
import './frame/plain.css';
import './frame/parts.css';
import './frame/figures.css';
import './frame/tree.css';
import './frame/print.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
beginStyles();
beginText();
watchLine();
// In slices: a slow phone stays able to scroll and to be touched.
void beginWords().then(() =>
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  ),
);
