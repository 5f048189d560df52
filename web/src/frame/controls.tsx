import { Outlet } from '@tanstack/react-router';
import { App, ConfigProvider, type ThemeConfig } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../client/store';
import { locale } from '../words';
import { nonce } from './nonce';
import { Loading } from './state';
import { textSize } from './text-size';

function theme(large: boolean): ThemeConfig {
  return {
    token: {
      colorPrimary: '#b3151b',
      colorLink: '#a01218',
      colorError: '#b3151b',
      colorTextDescription: '#595959',
      colorTextPlaceholder: '#6b6b6b',
      fontSize: large ? 19 : 15,
      controlHeight: large ? 48 : 38,
      borderRadius: 6,
      fontFamily:
        "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif",
    },
  };
}

/** Around every page that is made of the library's controls: their look and their language. */
export function Controls() {
  const size = useStore(textSize);
  useTranslation(); // drawn anew in another language
  const look = useMemo(() => theme(size === 'large'), [size]);
  return (
    <ConfigProvider locale={locale() === 'en' ? enUS : zhCN} theme={look} {...(nonce ? { csp: { nonce } } : {})}>
      <App component={false}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </App>
    </ConfigProvider>
  );
}
