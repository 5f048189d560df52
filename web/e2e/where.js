// The browser, and the sizes of what people look at.
//   FONDS_CHROMIUM  the browser; /usr/bin/chromium if not set
export const CHROMIUM = process.env.FONDS_CHROMIUM ?? '/usr/bin/chromium';
/** What is looked at is our own, and a container gives neither name spaces nor much shared memory. */
export const ARGS = ['--no-sandbox', '--disable-dev-shm-usage'];
/** As on a Chinese desk: what the browser itself draws, such as days and times, is written the Chinese way. */
export const ENV = { ...process.env, LANG: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN', LC_ALL: '' };

/** A desk of an office, and a phone. */
export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 780 };
