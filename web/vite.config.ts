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

/** What the first page will ask for by itself, and what most of the others are made of. */
const FIRST = /\/src\/words\/zh-CN\.ts$/;
const LATER = /\/src\/frame\/controls\.tsx$/;

/** What every page stands on: one file instead of seven, for a line on which each costs its way there and back. */
const BASE = /\/node_modules\/(react|react-dom|scheduler|@tanstack\/(?!react-virtual|virtual-core)[\w-]+|@?urql|wonka|graphql|graphql-ws|i18next|react-i18next|idb-keyval)\/|\/src\/(client\/[\w-]+\.ts|frame\/plain\.tsx)$/;

/** Names both in the page: the first is fetched beside its script, not after it; the second while it is read (`frame/later.ts`). */
function ahead(): Plugin {
  return {
    name: 'ahead',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = new Map(Object.values(bundle ?? {}).flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one] as const] : [])));
        const all = (of: RegExp): Set<string> => {
          const files = new Set<string>();
          const take = (file: string): void => {
            const chunk = chunks.get(file);
            if (!chunk || files.has(file)) return;
            files.add(file);
            chunk.imports.forEach(take);
          };
          for (const [file, { facadeModuleId }] of chunks) if (facadeModuleId && of.test(facadeModuleId)) take(file);
          if (files.size === 0) this.error(`no chunk is ${of.source}`);
          return files;
        };
        const first = all(FIRST);
        const link = (rel: string) => (file: string) => ({ tag: 'link', attrs: { rel, href: `/${file}` }, injectTo: 'head' as const });
        return [
          ...[...first].filter((file) => !html.includes(file)).map(link('modulepreload')),
          ...[...all(LATER)].filter((file) => !first.has(file) && !html.includes(file)).map(link('fonds-later')),
        ];
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), operations(), ahead()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    manifest: 'manifest.json',
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: BASE }] } } },
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
