import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'src/**/gen', 'node_modules', 'coverage'] },
  js.configs.recommended,
  { files: ['build/*.js', 'e2e/**/*.js'], languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly', fetch: 'readonly', setTimeout: 'readonly', Buffer: 'readonly', document: 'readonly', window: 'readonly', performance: 'readonly', MutationObserver: 'readonly' } } },
  {
    files: ['src/**/*.{ts,tsx}', '*.ts'],
    extends: [...ts.configs.strictTypeChecked, hooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text of people is never HTML.' },
        { selector: 'JSXText[value=/[\\u4e00-\\u9fff]/]', message: 'Words stand in src/words.' },
        { selector: 'Literal[value=/[\\u4e00-\\u9fff]/]', message: 'Words stand in src/words.' },
      ],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Requests go through src/client.' }],
    },
  },
  { files: ['src/client/**/*.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/**/*.test.{ts,tsx}'], rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
);
