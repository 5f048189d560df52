// Types and documents out of ../schema/fonds.graphql. Every folder with operations gets documents of its own, so that a page's
// operations come with the page.
import { globSync } from 'node:fs';
import path from 'node:path';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';
import type { CodegenConfig } from '@graphql-codegen/cli';

const folders = [...new Set(globSync('src/**/*.graphql').map((file) => path.dirname(file)))].sort();

const config: CodegenConfig = {
  schema: '../schema/fonds.graphql',
  silent: true,
  generates: Object.fromEntries(
    folders.map((folder) => [
      `${folder}/gen/`,
      {
        documents: [`${folder}/*.graphql`],
        preset: 'client',
        presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
        documentTransforms: [addTypenameSelectionDocumentTransform],
        config: {
          useTypeImports: true,
          enumsAsTypes: true,
          strictScalars: true,
          immutableTypes: true,
          scalars: { DateTime: 'string', NaiveDate: 'string', JSON: 'unknown' },
        },
      },
    ]),
  ),
};

export default config;
