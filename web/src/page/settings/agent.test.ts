import { expect, test } from 'vitest';
import { agentOf } from './agent';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/128.0.0.0 Safari/537.36`, 'chrome 128 windows'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0`, 'edge 128 windows'],
  [`Mozilla/5.0 (Windows NT 6.1; WOW64) ${WEBKIT} Chrome/86.0.4240.198 Safari/537.36 QIHU 360SE`, 'safe360 - windows7'],
  [`Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0`, 'firefox 115 linux'],
  [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/122.0.6261.94 Safari/537.36 UOS`, 'chrome 122 uos'],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15`, 'safari 17 mac'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI`, 'wechat 8 iphone'],
  [`Mozilla/5.0 (Linux; Android 14; V2309A) ${WEBKIT} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 VivoBrowser/24.1.0`, 'vivo 24 android'],
  [`Mozilla/5.0 (Phone; OpenHarmony 5.0) ${WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1 Mobile HuaweiBrowser/5.0.4`, 'huawei 5 harmony'],
  [`Mozilla/5.0 (Linux; Android 10) ${WEBKIT} Version/4.0 Chrome/86 MQQBrowser/6.2 Mobile Safari/537.36 wxwork/4.1.20 MicroMessenger/7.0.1`, 'wecom 4 android'],
  ['Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko', 'ie 11 windows'],
  ['curl/8.5.0', '- - -'],
  ['', '- - -'],
])('%s', (text, told) => {
  const { browser, version, system } = agentOf(text);
  expect([browser ?? '-', version ?? '-', system ?? '-'].join(' ')).toBe(told);
});
