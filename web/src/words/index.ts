import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

export type Locale = 'zh-CN' | 'en';

const KEPT = 'fonds.locale';

/** As chosen here before, else as the browser asks; Chinese where it asks for neither. */
export function initialLocale(): Locale {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  const asked = navigator.languages.find((one) => one.startsWith('zh') || one.startsWith('en'));
  return asked?.startsWith('en') ? 'en' : 'zh-CN';
}

async function load(locale: Locale): Promise<void> {
  if (i18next.hasResourceBundle(locale, 'translation')) return;
  const { default: words } = locale === 'zh-CN' ? await import('./zh-CN') : await import('./en');
  i18next.addResourceBundle(locale, 'translation', words);
}

export async function beginWords(): Promise<i18n> {
  const locale = initialLocale();
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: {},
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(locale);
  return i18next;
}

/** Changes the language of the page, and of what is asked of the server. */
export async function speak(locale: Locale): Promise<void> {
  await load(locale);
  await i18next.changeLanguage(locale);
  localStorage.setItem(KEPT, locale);
  document.documentElement.lang = locale;
}

export function locale(): Locale {
  return i18next.language === 'en' ? 'en' : 'zh-CN';
}
