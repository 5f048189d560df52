import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import words from './words/zh-CN';

/** The words of the pages, as most people read them. */
export async function inChinese(): Promise<void> {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', resources: { 'zh-CN': { translation: words } }, interpolation: { escapeValue: false } });
}
