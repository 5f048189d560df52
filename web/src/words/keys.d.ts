import 'i18next';
import type words from './zh-CN.json';

// A key that is not there is an error of types.
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof words };
    returnNull: false;
  }
}
