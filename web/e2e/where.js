// The browser, and the sizes of what people look at.
//   FONDS_CHROMIUM  the browser; /usr/bin/chromium if not set
export const CHROMIUM = process.env.FONDS_CHROMIUM ?? '/usr/bin/chromium';
/** What is looked at is our own, and a container gives neither name spaces nor much shared memory. */
export const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--lang=zh-CN'];

/** A desk of an office, and a phone. */
export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 780 };
