import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The operations of all pages by their hash: what the gateway accepts instead of a text. */
function operations(): Plugin {
  return {
    name: 'operations',
    apply: 'build',
    generateBundle() {
      const all: Record<string, string> = {};
      for (const file of globSync('src/**/gen/persisted-documents.json')) {
        Object.assign(all, JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
      }
      for (const [hash, text] of Object.entries(all)) {
        const real = `sha256:${createHash('sha256').update(text).digest('hex')}`;
        if (real !== hash) throw new Error(`the hash of an operation is not that of its text: ${text.slice(0, 80)}`);
      }
      const source = `${JSON.stringify(all, Object.keys(all).sort(), 1)}\n`;
      this.emitFile({ type: 'asset', fileName: 'operations.json', source });
    },
  };
}

export default defineConfig({
  plugins: [react(), operations()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    manifest: 'manifest.json',
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/graphql', '/auth', '/uploads', '/files', '/audit/export'].map((at) => [
        at,
        { target: process.env['FONDS'] ?? 'http://127.0.0.1:8080', ws: at === '/graphql' },
      ]),
    ),
  },
});
