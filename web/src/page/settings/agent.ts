/** Those that are told from their like first: most browsers name Chrome and Safari as well. */
const BROWSERS = [
  ['wecom', /wxwork\/(\d+)/i],
  ['wechat', /MicroMessenger\/(\d+)/],
  ['dingtalk', /DingTalk[/(](\d+)?/],
  ['feishu', /(?:Lark|Feishu)\/(\d+)/],
  ['qq', /M?QQBrowser\/(\d+)/],
  ['uc', /U(?:C|CWEB|CBrowser)\/?(\d+)|UCBrowser/],
  ['safe360', /360SE|360EE|QihooBrowser|QIHU/],
  ['sogou', /MetaSr|SogouMobileBrowser/],
  ['huawei', /HuaweiBrowser\/(\d+)/],
  ['xiaomi', /MiuiBrowser\/(\d+)/],
  ['vivo', /VivoBrowser\/(\d+)/],
  ['oppo', /HeyTapBrowser\/(\d+)/],
  ['samsung', /SamsungBrowser\/(\d+)/],
  ['edge', /Edg(?:e|A|iOS)?\/(\d+)/],
  ['opera', /(?:OPR|Opera)\/(\d+)/],
  ['firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['chrome', /(?:HeadlessChrome|Chrome|Chromium|CriOS)\/(\d+)/],
  ['safari', /Version\/(\d+).* Safari\//],
  ['ie', /MSIE (\d+)|Trident\/.*rv:(\d+)/],
] as const;

const SYSTEMS = [
  ['harmony', /HarmonyOS|OpenHarmony/],
  ['windows', /Windows NT 10/],
  ['windows8', /Windows NT 6\.[23]/],
  ['windows7', /Windows NT 6\.1/],
  ['windowsOld', /Windows/],
  ['iphone', /iPhone|iPod/],
  ['ipad', /iPad/],
  ['android', /Android/],
  ['mac', /Mac OS X|Macintosh/],
  ['uos', /\bUOS\b|Uniontech/i],
  ['kylin', /Kylin/i],
  ['chromeos', /CrOS/],
  ['linux', /Linux|X11/],
] as const;

export interface Agent {
  readonly browser: (typeof BROWSERS)[number][0] | undefined;
  readonly version: string | undefined;
  readonly system: (typeof SYSTEMS)[number][0] | undefined;
}

/** Which browser on which system a User-Agent names, as far as these are among the usual ones. */
export function agentOf(text: string): Agent {
  for (const [browser, sign] of BROWSERS) {
    const found = sign.exec(text);
    if (found) return { browser, version: found.slice(1).find(Boolean), system: systemOf(text) };
  }
  return { browser: undefined, version: undefined, system: systemOf(text) };
}

const systemOf = (text: string): Agent['system'] => SYSTEMS.find(([, sign]) => sign.test(text))?.[0];
